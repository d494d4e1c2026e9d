package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.isa.Assembler;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * The page with the trap handlers of machine and supervisor mode. After an exception they go on at the next
 * multiple of four bytes; where there is no code, at an address from a cell of the page, or in another page if that is
 * where there is none. After an
 * interrupt they disable it, or it would come again and again.
 */
final class Handler {
    /** Offset of the supervisor's in the page; the machine's is at the beginning. */
    static final int SUPERVISOR = 0x200;

    /** Offset of a cell for each privilege: where to go on. */
    private static final int CELLS = 0x800;

    private static final String TEXT = """
            j body; j body; j body; j body; j body; j body; j body; j body
            j body; j body; j body; j body; j body; j body; j body; j body
            body: csrrw t0, Zscratch, t0
            csrr t0, Zcause
            bltz t0, interrupt
            addi t0, t0, -12
            beqz t0, lost
            addi t0, t0, 11
            beqz t0, lost
            csrr t0, Ztval
            beqz t0, lost
            csrr t0, Zepc
            andi t0, t0, ~3
            addi t0, t0, 4
            out: csrw Zepc, t0
            back: csrrw t0, Zscratch, t0
            Zret
            interrupt: csrr t0, Zcause
            bset t0, x0, t0
            csrc Zie, t0
            csrci Zip, 2
            j back
            lost: csrw Ztval, t1
            la t1, CELLS
            csrr t0, Zstatus
            srli t0, t0, PP
            andi t0, t0, PPMASK
            slli t0, t0, 3
            add t1, t1, t0
            ld t0, 0(t1)
            csrr t1, Zepc
            bne t0, t1, 1f
            lui t1, 3
            xor t0, t0, t1
            1: csrr t1, Ztval
            j out
            """;

    private static final byte[] MACHINE_CODE = code(0, "m", 11, 3);
    private static final byte[] SUPERVISOR_CODE = code(SUPERVISOR, "s", 8, 1);

    private Handler() {}

    /**
     * The page's bytes.
     *
     * @param starts where lost code is to go on, by privilege
     */
    static byte[] page(long... starts) {
        ByteBuffer page = ByteBuffer.allocate(Terrain.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        page.put(0, MACHINE_CODE);
        page.put(SUPERVISOR, SUPERVISOR_CODE);
        for (int privilege = 0; privilege < starts.length; privilege++) {
            page.putLong(CELLS + 8 * privilege, starts[privilege]);
        }
        return page.array();
    }

    private static byte[] code(int offset, String mode, int shift, int mask) {
        String text = TEXT.replaceAll("\\bZ(?=[a-z])", mode);
        return Assembler.assemble(
                        text, offset, Map.of("CELLS", (long) CELLS, "PP", (long) shift, "PPMASK", (long) mask))
                .bytes();
    }
}
