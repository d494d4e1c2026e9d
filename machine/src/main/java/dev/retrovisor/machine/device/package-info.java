/**
 * The board's devices, one file each, and the wires between them. A device is a pure state machine: it knows its
 * registers, {@link dev.retrovisor.machine.time.Clock virtual time} and the inputs applied to it, never the host.
 */
package dev.retrovisor.machine.device;
