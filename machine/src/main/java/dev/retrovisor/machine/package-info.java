/**
 * The computer. {@link dev.retrovisor.machine.Machine} is what other modules use: build it, run it to a step, apply
 * inputs, hash, save and restore it. Nothing below this package reads a clock, a file, a socket, the environment or
 * anything else outside, and nothing iterates over an unordered collection.
 */
package dev.retrovisor.machine;
