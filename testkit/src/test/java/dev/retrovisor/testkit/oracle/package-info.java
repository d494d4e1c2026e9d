/**
 * The differential test of our instructions against QEMU's user mode. A program of ours ({@code instruction-oracle.c})
 * executes single instructions under QEMU, {@code OurHart} the same ones on our machine; both start from and end in
 * the records of a {@code CaseBatch}. Everything is a function of a seed.
 */
package dev.retrovisor.testkit.oracle;
