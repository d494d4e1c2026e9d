/** Runs of the real Debian guest, for tests and benchmarks. */
package dev.retrovisor.testkit.debian;
