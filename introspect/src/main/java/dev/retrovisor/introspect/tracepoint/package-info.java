/**
 * The kernel's own typed points of observation, read though the kernel has them switched off: where a tracepoint would be
 * called lies a no-op, and {@link dev.retrovisor.introspect.tracepoint.Tracepoints} finds out what would be handed to it by
 * running a fork of the hart there, on memory of its own. The guest is never touched.
 */
package dev.retrovisor.introspect.tracepoint;
