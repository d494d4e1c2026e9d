/**
 * IEEE 754-2019 binary32 and binary64 arithmetic as RISC-V's F and D extensions define it (unprivileged ISA 20240411,
 * "F" and "D" extensions): the result's bits and the exception flags, on every host the same.
 *
 * <p>{@link dev.retrovisor.machine.fpu.Binary32} and {@link dev.retrovisor.machine.fpu.Binary64} are what instructions
 * call. A value is its raw bits, a rounding mode one of {@link dev.retrovisor.machine.fpu.Rounding}'s numbers, and
 * exceptions accumulate in an {@link dev.retrovisor.machine.fpu.FpFlags}. The choices that the standard leaves open are
 * RISC-V's: every NaN result is the canonical one, tininess is detected after rounding, {@code inf * 0 + NaN} is
 * invalid, conversions to integers saturate, and {@code min}/{@code max} are minimumNumber/maximumNumber.
 *
 * <p>Each operation has two implementations. The software one ({@code SoftFloat}, {@code SoftConversions}) is complete by
 * itself and serves both formats. The fast one stands in the two public classes, uses the JVM's arithmetic (JLS 15.4:
 * IEEE 754, round to nearest even, on every host) and is taken only where its result and flags are provably the same;
 * the proof is the comment beside it.
 *
 * <p>Functions here are pure but for the flags; they never throw and keep no state. They allocate nothing, with one
 * exception that changes no bit: on a host without a fused multiply-add, {@link java.lang.Math#fma} does. NaN boxing,
 * sign injection and the choice of a dynamic rounding mode are the caller's.
 */
package dev.retrovisor.machine.fpu;
