/**
 * Which events the user wants, in sysdig's field words: {@code proc.name = sh and (evt.type in (openat, read) or
 * evt.failed = true)}. {@link dev.retrovisor.introspect.filter.Filter} is the way in and has the grammar; {@link
 * dev.retrovisor.introspect.filter.FieldWord} is the one list of words, {@link
 * dev.retrovisor.introspect.filter.Comparison} that of operators.
 *
 * <p>Events hold what the guest wrote: nothing in them makes a filter fail or take long.
 */
package dev.retrovisor.introspect.filter;
