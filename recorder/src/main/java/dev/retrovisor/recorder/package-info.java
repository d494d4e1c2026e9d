/**
 * The host side of a live machine: everything that comes into it from outside, and the recording of it.
 *
 * <p>{@link dev.retrovisor.recorder.LiveMachine} runs one machine from power-on to its end, on the caller's thread, and
 * writes a trace if asked to. What other threads bring (terminal, network) is taken between two stretches of steps of a
 * few milliseconds: there the input gets its position, is written to the trace and then applied. All clocks, threads and
 * randomness of a run are here; a replay uses nothing of this package.
 *
 * <p><b>Idle time.</b> A machine whose harts all wait either skips to its next timer at once (<em>fast</em>) or lets
 * virtual time pass as it does on the wall clock (<em>paced</em>; time that busy harts lost is not made up for, or the
 * guest's timers would run out before an answer can come). It is paced while anything can come in from
 * outside: a terminal, a network, or standard input that has not ended yet. When piped input has ended and there is no
 * network, it goes fast: what is left of the input is known, and is given to the guest as it makes room. A guest that
 * then does next to nothing and lets nothing out for an hour of its own time (seconds of the host's) waits for
 * input that will never come: the run ends and says so, with the same result each time. One that computes is left to run; limits of
 * steps and time bound it. A pipe that stays open and silent keeps the run alive, as a terminal does.
 */
package dev.retrovisor.recorder;
