/**
 * State save, restore and hashing.
 *
 * <p>A machine's whole state is its sections (small, written by {@link dev.retrovisor.machine.state.Stateful} parts in
 * the board's order) and its page spaces (RAM, disk overlays). Two machines with equal sections and pages behave the
 * same for ever under the same inputs. Reading accepts any bytes and fails only with
 * {@link dev.retrovisor.machine.state.StateFormatException}.
 */
package dev.retrovisor.machine.state;
