package dev.retrovisor.machine;

import static dev.retrovisor.machine.Guests.OPEN_TRAPS;
import static dev.retrovisor.machine.Guests.enter;

import dev.retrovisor.machine.isa.Insns;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Programs without end that keep much of the machine busy, for tests that compare two runs of one program. */
final class GuestPrograms {
    private GuestPrograms() {}

    /** Timer interrupts, waiting, the serial port, code that changes itself, floating point, misaligned stores. */
    static final String INTERRUPTED = """
            la t0, trap
            csrw mtvec, t0
            li t0, 3 << 13
            csrs mstatus, t0
            li s0, MTIMECMP
            li s1, UART
            li s2, RAM + 0x10ffd
            li t0, 5
            sd t0, 0(s0)
            li t0, 1 << 7
            csrw mie, t0
            csrsi mstatus, 8
            li s3, 12345
            loop: li t1, 6364136223846793005
            mul s3, s3, t1
            addi s3, s3, 1442
            srli t2, s3, 40
            andi t3, t2, 0x7f8
            add t3, t3, s2
            sd s3, 0(t3)             # misaligned, at times over a page's end
            ld t4, 3(t3)
            xor s4, s4, t4
            la t3, victim
            fcvt.d.l fa0, s3
            fdiv.d fa1, fa0, fa2
            fadd.d fa2, fa1, fa0
            andi t1, s3, 15
            slli t1, t1, 20
            li t5, 0x000a0a13        # addi s4, s4, ...
            or t5, t5, t1
            sw t5, 0(t3)
            victim: addi s4, s4, 0
            andi t1, t2, 127
            bnez t1, loop
            sb s3, 0(s1)
            wfi
            j loop
            .align 2
            trap: csrw mscratch, t0
            addi s5, s5, 1
            csrr t0, time
            addi t0, t0, 3
            sd t0, 0(s0)
            csrr t0, mepc
            xor s6, s6, t0
            csrr t0, mscratch
            mret
            """;

    /** Four harts that count under a lock, interrupt each other and wait. */
    static final String SEVERAL_HARTS = """
            la t0, trap
            csrw mtvec, t0
            csrwi mie, 8
            li s0, CLINT
            slli s1, a0, 2
            add s1, s1, s0           # own MSIP
            addi s2, a0, 1
            andi s2, s2, 3
            slli s2, s2, 2
            add s2, s2, s0           # the next hart's
            la s3, cell
            csrsi mstatus, 8
            loop: lr.d t1, (s3)
            addi t1, t1, 1
            sc.d t2, t1, (s3)
            bnez t2, loop
            addi s4, s4, 1
            andi t1, s4, 31
            bnez t1, loop
            li t1, 1
            sw t1, 0(s2)
            amoadd.w t3, t1, (s3)
            andi t3, t3, 1
            beqz t3, 1f
            pause
            1: bnez a0, 2f
            j loop
            2: wfi
            j loop
            .align 2
            trap: sw x0, 0(s1)
            addi s5, s5, 1
            mret
            .align 6
            cell: .dword 0
            """;

    /** A supervisor that writes the tables it runs on: data pages move about, its own code stays. */
    static final String PAGING = OPEN_TRAPS + """
            li t0, 1 << 61
            csrw menvcfg, t0             # A and D by hardware
            la t0, root
            la t1, middle
            la t2, leaves
            srli t3, t1, 2
            ori t3, t3, 1
            sd t3, 0(t0)                 # virtual 0 up
            li t4, (RAM >> 2) | 0xcf
            sd t4, 16(t0)                # RAM where it is, by 1 GiB
            srli t3, t2, 2
            ori t3, t3, 1
            sd t3, 0(t1)
            srli t0, t0, 12
            li t1, 8 << 60
            or t0, t0, t1
            csrw satp, t0
            """ + enter(1, "go") + """
            go: la s0, leaves
            li s1, (RAM + 0x400000) >> 2
            li s2, 12345
            loop: li t1, 6364136223846793005
            mul s2, s2, t1
            addi s2, s2, 1442
            srli t0, s2, 50
            andi t1, t0, 15              # the page
            andi t2, t0, 0x70            # the frame
            slli t2, t2, 6
            add t2, t2, s1
            ori t2, t2, 7                # V, R, W: A and D are set by use
            slli t3, t1, 3
            add t3, t3, s0
            sd t2, 0(t3)
            slli t1, t1, 12
            ld t4, 8(t1)
            add t4, t4, s2
            sd t4, 8(t1)
            ld t5, 0(t3)                 # with its new bits
            xor s3, s3, t5
            xor s3, s3, t4
            j loop
            .align 12
            root: .zero 4096
            middle: .zero 4096
            leaves: .zero 4096
            """;

    /** A supervisor that goes from one of nine address spaces to another, and writes tables that are not in use. */
    static final String ADDRESS_SPACES = OPEN_TRAPS + """
            la s0, tables
            li s1, (RAM + 0x400000) >> 2
            mv t0, s0
            mv t6, s1
            li t1, 9
            1: li t2, 0x1000
            add t3, t0, t2               # the middle table
            add t4, t3, t2               # the leaves
            srli t5, t3, 2
            ori t5, t5, 1
            sd t5, 0(t0)                 # virtual 0 up
            li t5, (RAM >> 2) | 0xcf
            sd t5, 16(t0)                # RAM where it is, by 1 GiB
            srli t5, t4, 2
            ori t5, t5, 1
            sd t5, 0(t3)
            ori t5, t6, 0xc7             # V, R, W, A, D
            sd t5, 0(t4)
            addi t6, t6, 0x400           # the next frame
            add t0, t4, t2
            addi t1, t1, -1
            bnez t1, 1b
            srli t0, s0, 12
            li t1, 8 << 60
            or t0, t0, t1
            csrw satp, t0
            """ + enter(1, "go") + """
            go: li s2, 12345
            li s4, 9
            li s5, 0x3000
            li s6, 8 << 60
            loop: li t1, 6364136223846793005
            mul s2, s2, t1
            addi s2, s2, 1442
            srli t0, s2, 33
            remu t0, t0, s4
            mul t0, t0, s5
            add t0, t0, s0
            srli t0, t0, 12
            or t0, t0, s6
            csrw satp, t0                # another space
            ld t4, 8(x0)
            add t4, t4, s2
            sd t4, 8(x0)
            xor s3, s3, t4
            srli t0, s2, 40
            andi t1, t0, 7
            bnez t1, loop
            remu t0, t0, s4
            mul t0, t0, s5
            add t0, t0, s0
            li t1, 0x2000
            add t0, t0, t1               # some space's leaves
            srli t1, s2, 50
            andi t1, t1, 15
            slli t1, t1, 10
            add t1, t1, s1
            ori t1, t1, 0xc7
            sd t1, 0(t0)                 # show it another frame
            j loop
            .align 12
            tables: .zero 110592         # nine times three pages
            """;

    /** Instructions that may not stand in {@link #random}: they would end it soon. */
    private static final List<String> LEFT_OUT = List.of("wfi", "mret", "sret", "c.jr", "c.jalr", "jalr");

    private static final List<String> REGISTERS = List.of(
            "fflags", "frm", "fcsr", "mcycle", "minstret", "mcountinhibit", "scounteren", "sscratch", "cycle", "time");

    /** Any instructions at all, from a seed; a handler skips those that trap. */
    static String random(long seed) {
        var random = new Random(seed);
        var rows = new ArrayList<Insns.Row>(Insns.all());
        rows.removeIf(row -> LEFT_OUT.contains(row.mnemonic()) || row.mnemonic().startsWith("csr"));
        var text = new StringBuilder("""
                la t0, trap
                csrw mtvec, t0
                li t0, 3 << 13
                csrs mstatus, t0
                start: li x2, RAM + 0x20000
                li x8, RAM + 0x20ff9
                li x9, RAM + 0x80
                li x10, RAM + 0x22000
                """);
        for (int i = 0; i < 600; i++) {
            if (random.nextInt(20) == 0) {
                text.append("csrr%s x%d, %s, x%d\n"
                        .formatted(
                                random.nextBoolean() ? "w" : "s",
                                random.nextInt(32),
                                REGISTERS.get(random.nextInt(REGISTERS.size())),
                                random.nextInt(32)));
                continue;
            }
            Insns.Row row = rows.get(random.nextInt(rows.size()));
            int bits =
                    row.encoding().match() | random.nextInt() & ~row.encoding().mask();
            text.append(
                    row.encoding().lengthBytes() == 2
                            ? ".half 0x%x\n".formatted(bits & 0xFFFF)
                            : ".word 0x%08x\n".formatted(bits));
            if (random.nextInt(30) == 0) {
                text.append("li x%d, RAM + 0x20000 + %d\n".formatted(8 + random.nextInt(8), random.nextInt(8192)));
            }
        }
        // Goes on two bytes further, or from the start where that is outside.
        return text + """
                end: j start
                .align 2
                trap: csrw mscratch, x5
                csrr x5, mepc
                addi x5, x5, 2
                csrw mepc, x5
                csrw sscratch, x6
                la x6, start
                bltu x5, x6, 1f
                la x6, end
                bltu x5, x6, 2f
                1: la x5, start
                csrw mepc, x5
                2: csrr x6, sscratch
                csrr x5, mscratch
                mret
                """;
    }
}
