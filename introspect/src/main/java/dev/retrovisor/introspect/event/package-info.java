/**
 * What happens in the guest while its machine runs: processes, system calls, IPC, memory. A stream sets probes where the
 * kernel does these things and turns what they meet into typed {@link dev.retrovisor.introspect.event.GuestEvent}s. It
 * never changes a step.
 */
package dev.retrovisor.introspect.event;
