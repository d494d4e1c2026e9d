package dev.retrovisor.machine.board;

/**
 * What is in memory at power-on. Empty arrays stand for what is not there.
 *
 * @param bios firmware to run in M-mode from the start of RAM; empty: the built-in SBI
 * @param kernel a flat riscv64 Linux {@code Image}
 * @param initrd initial RAM disk
 */
public record BootImages(byte[] bios, byte[] kernel, byte[] initrd) {}
