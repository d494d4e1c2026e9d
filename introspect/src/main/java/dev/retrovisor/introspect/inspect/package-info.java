/** Questions to a stopped machine: one file and one line in {@link dev.retrovisor.introspect.inspect.Inspections} each. */
package dev.retrovisor.introspect.inspect;
