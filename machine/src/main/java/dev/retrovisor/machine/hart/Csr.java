package dev.retrovisor.machine.hart;

/**
 * One control and status register: a row of {@link Csrs}.
 *
 * @param number 12 bits: 11:10 say read-only (3), 9:8 the least privilege
 * @param name as the manual prints it
 * @param read the present value; may throw the hart's trap
 * @param write takes over a value as far as the register's WARL fields allow; null if the register is read-only
 */
record Csr(int number, String name, Read read, Write write) {
    @FunctionalInterface
    interface Read {
        long read(Hart hart);
    }

    @FunctionalInterface
    interface Write {
        void write(Hart hart, long value);
    }
}
