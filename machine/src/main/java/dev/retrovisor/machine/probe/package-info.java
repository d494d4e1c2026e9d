/**
 * Probes: who wants to know when a hart comes to an address, when memory is read or written, when traps are taken or
 * returned from, asks here and is called while the machine runs. {@link dev.retrovisor.machine.probe.Probes} is the way in.
 *
 * <p>What probes promise:
 *
 * <ul>
 *   <li>They change no step, no state and no hash, whichever engine runs; both engines call them at the same steps with
 *       the same values.
 *   <li>Every call is exact: while it lasts, {@code Machine.steps()}, the hart's registers and memory are what they are
 *       when a run stops at that step, before the step is made. Only what the step itself has done so far may show: a
 *       page walk's bits, and a reservation.
 *   <li>They cost nothing where none is set. A probe on an address costs at the places in RAM where that page was executed,
 *       one on memory for accesses to its pages, one on traps at those traps.
 *   <li>A probe is no state: nothing of it is saved, and a machine that is restored or reset keeps its probes.
 * </ul>
 *
 * <p>What one who is called must never do: change the machine, run it, or throw. Probes may be set and removed meanwhile; that
 * counts from the next step on at the latest. {@link dev.retrovisor.machine.probe.Verdict#STOP} makes {@code
 * Machine.runTo} return.
 */
package dev.retrovisor.machine.probe;
