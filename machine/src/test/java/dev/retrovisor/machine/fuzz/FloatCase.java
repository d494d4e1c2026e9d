package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.isa.Insns;
import java.util.List;

/**
 * How a floating-point instruction is run over many operands: a loop that loads them, clears the flags, executes it and
 * stores what it gives and raises.
 *
 * @param row the instruction
 * @param mode its rounding mode, by name; ignored where it has none
 * @param frm the dynamic rounding mode
 * @param registers numbers of fd, fs1, fs2 and fs3, or of rd and rs1
 * @param shape how the operands come to where the instruction finds them
 */
record FloatCase(Insns.Row row, String mode, int frm, int[] registers, Shape shape) {
    /** What host code knows of the operands. */
    enum Shape {
        /** Loaded in the same block, as 64 bits. */
        LOADED,
        /** Loaded in the same block, as boxed singles. */
        LOADED_AS_SINGLE,
        /** Loaded in the block before. */
        FOUND
    }

    static final List<String> MODES = List.of("rne", "rtz", "rdn", "rup", "rmm");

    /** Assignments of registers: all different, and each way in which two or all are the same. */
    static final int[][] REGISTERS = {
        {13, 10, 11, 12},
        {10, 10, 11, 12},
        {11, 10, 11, 12},
        {12, 10, 11, 12},
        {13, 10, 10, 12},
        {13, 10, 11, 10},
        {13, 10, 11, 11},
        {10, 10, 10, 10},
        {31, 1, 2, 18}
    };

    static final int INPUT_BYTES = 32;
    static final int OUTPUT_BYTES = 16;

    /** Whether its result depends on the rounding mode that it names or on frm. */
    boolean rounds() {
        return rounds(row);
    }

    static boolean rounds(Insns.Row row) {
        return row.asm().endsWith("rm");
    }

    /** The loop: s0 goes over inputs up to s2, s1 over outputs. */
    String program() {
        String load = shape == Shape.LOADED_AS_SINGLE ? "flw" : "fld";
        return """
                loop:
                %1$s f%2$d, 0(s0)
                %1$s f%3$d, 8(s0)
                %1$s f%4$d, 16(s0)
                ld x%2$d, 24(s0)
                csrwi fflags, 0
                %5$s
                1: %6$s
                csrr a6, fflags
                %7$s %8$s%9$d, 0(s1)
                sd a6, 8(s1)
                addi s0, s0, %10$d
                addi s1, s1, %11$d
                bne s0, s2, loop
                end: j end
                """.formatted(
                        load,
                        registers[1],
                        registers[2],
                        registers[3],
                        shape == Shape.FOUND ? "j 1f" : "",
                        instruction(),
                        writesInteger() ? "sd" : "fsd",
                        writesInteger() ? "x" : "f",
                        registers[0],
                        INPUT_BYTES,
                        OUTPUT_BYTES);
    }

    private boolean writesInteger() {
        return row.asm().contains(" rd");
    }

    private String instruction() {
        return row.asm()
                .replaceFirst("\\bfd\\b", "f" + registers[0])
                .replaceFirst("\\brd\\b", "x" + registers[0])
                .replaceFirst("\\bfs1\\b", "f" + registers[1])
                .replaceFirst("\\brs1\\b", "x" + registers[1])
                .replaceFirst("\\bfs2\\b", "f" + registers[2])
                .replaceFirst("\\bfs3\\b", "f" + registers[3])
                .replaceFirst("\\brm\\b", mode);
    }

    /** Steps that the loop makes over some inputs. */
    long steps(int inputs) {
        return inputs * (shape == Shape.FOUND ? 13L : 12L);
    }

    @Override
    public String toString() {
        return "%s with frm %d, operands %s".formatted(instruction(), frm, shape);
    }
}
