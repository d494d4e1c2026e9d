package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.machine.isa.Ops;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Makes up instructions: any row, with fields that lead somewhere. Some registers keep pointing at data and others at code,
 * since few instructions write them.
 */
final class CodeMaker {
    /** Registers that point at data, tables, devices; the last four at multiples of eight, mostly. */
    static final int[] POINTERS = {2, 8, 9, 10, 16, 17, 18, 19};

    /** The one of them that points at a device, often. */
    static final int DEVICE_POINTER = 9;

    /** Registers that point at code. */
    static final int[] CODE_POINTERS = {1, 5, 6, 7};

    private static final int POINTER_SET = IntStream.concat(IntStream.of(POINTERS), IntStream.of(CODE_POINTERS))
            .map(register -> 1 << register)
            .sum();

    private static final int PAGE_OFFSET = Terrain.PAGE_BYTES - 1;
    private static final int RD_SHIFT = 7;
    private static final int RS1_SHIFT = 15;
    private static final int ROUNDING_SHIFT = 12;
    private static final int IMMEDIATE_SHIFT = 20;
    private static final int FIELD = 31;

    private static final int ECALL = 0x73;
    private static final int SSTATUS = 0x100;
    private static final int SET = 6;
    private static final int CLEAR = 7;
    private static final int[] ROUNDING_MODES = {0, 1, 2, 3, 4, 7, 7, 7};

    private static final int[] PLAIN_CSRS = {
        0x001, 0x002, 0x003, 0x340, 0x140, 0xC00, 0xC01, 0xC02, 0xB00, 0xB02, 0x320, 0x342, 0x143, 0xF14, 0x306, 0x106
    };
    private static final int[] CONTROL_CSRS = {
        0x300, 0x100, 0x304, 0x104, 0x344, 0x144, 0x302, 0x303, 0x305, 0x105, 0x341, 0x141, 0x180, 0x30A, 0x10A, 0x14D,
        0x3A0, 0x3A2, 0x3B0, 0x3B1, 0x3B2, 0x3BF
    };

    /** What of a row's syntax matters here, by the row's number. */
    private record Traits(
            boolean isMemory,
            boolean isJump,
            boolean isCsr,
            boolean isStore,
            boolean hasOffset,
            boolean rounds,
            boolean writes) {
        static Traits of(Insns.Row row) {
            String asm = row.asm();
            return new Traits(
                    CodeMaker.isMemory(row),
                    CodeMaker.isJump(row),
                    CodeMaker.isCsr(row),
                    asm.contains("2, imm"),
                    asm.contains("imm"),
                    asm.endsWith("rm"),
                    asm.contains(" rd"));
        }
    }

    private static final Traits[] TRAITS = Insns.all().stream().map(Traits::of).toArray(Traits[]::new);
    private static final Insns.Row[] ALL = rows(_ -> true);
    private static final Insns.Row[] WHOLE = rows(row -> row.encoding().lengthBytes() == 4);
    private static final Insns.Row[] SHORT = rows(row -> row.encoding().lengthBytes() == 2);
    private static final Insns.Row[] INTEGER = rows(row -> row.op() <= Ops.FENCEI && !isMemory(row) && !isJump(row));
    private static final Insns.Row[] MEMORY = rows(CodeMaker::isMemory);
    private static final Insns.Row[] JUMPS = rows(CodeMaker::isJump);
    private static final Insns.Row[] FLOAT = rows(row -> row.op() >= Ops.FIRST_FLOAT && row.op() < Ops.FIRST_SYSTEM);
    private static final Insns.Row[] CSRS = rows(CodeMaker::isCsr);

    private final SplittableRandom random;
    private byte[] code = new byte[0];
    private int at;

    CodeMaker(SplittableRandom random) {
        this.random = random;
    }

    private static Insns.Row[] rows(Predicate<Insns.Row> wanted) {
        List<Insns.Row> all = Insns.all();
        return all.stream().filter(wanted).toArray(Insns.Row[]::new);
    }

    private static boolean isMemory(Insns.Row row) {
        return Insns.base(row.op()).asm().contains("(rs1)") && row.op() != Ops.JALR;
    }

    private static boolean isJump(Insns.Row row) {
        return row.op() == Ops.JAL || row.op() == Ops.JALR || row.op() >= Ops.BEQ && row.op() <= Ops.BNE;
    }

    private static boolean isCsr(Insns.Row row) {
        return row.op() >= Ops.CSRRC && row.op() <= Ops.CSRRWI;
    }

    /** Instructions one behind the other to the end of {@code lengthBytes} bytes. */
    byte[] make(int lengthBytes) {
        code = new byte[lengthBytes];
        at = 0;
        while (at < lengthBytes) {
            next();
        }
        return code;
    }

    private void next() {
        if ((at & PAGE_OFFSET) == PAGE_OFFSET - 1 && !oneIn(4)) {
            put(instruction(pick(WHOLE))); // in two pages
            return;
        }
        if ((at & 2) != 0 && !oneIn(16)) {
            // Handlers go on at multiples of four.
            put(instruction(pick(SHORT)));
            return;
        }
        int choice = random.nextInt(100);
        if (choice < 20) {
            put(instruction(pick(ALL)));
        } else if (choice < 37) {
            put(instruction(pick(INTEGER)));
        } else if (choice < 58) {
            put(instruction(pick(MEMORY)));
        } else if (choice < 70) {
            put(instruction(pick(JUMPS)));
        } else if (choice < 87) {
            put(instruction(pick(FLOAT)));
        } else if (choice < 90) {
            put(instruction(pick(CSRS)));
        } else if (choice < 91) {
            // No instruction, or hardly one: a bit of some encoding is another.
            put(instruction(pick(WHOLE)) ^ 1 << random.nextInt(2, 32));
        } else {
            idiom();
        }
    }

    private Insns.Row pick(Insns.Row[] rows) {
        return rows[random.nextInt(rows.length)];
    }

    private int pick(int[] values) {
        return values[random.nextInt(values.length)];
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private void put(int bits) {
        int length = (bits & 3) == 3 ? 4 : 2;
        for (int i = 0; i < length && at < code.length; i++) {
            code[at++] = (byte) (bits >>> 8 * i);
        }
    }

    /** Any one instruction, for a guest that writes code. */
    int any() {
        return instruction(pick(ALL));
    }

    private int instruction(Insns.Row row) {
        int mask = row.encoding().mask();
        int free = random.nextInt();
        if (row.encoding().lengthBytes() == 2) {
            int bits = row.encoding().match() | free & ~mask & 0xFFFF;
            return row.op() == Ops.JALR && !oneIn(12)
                    ? bits & ~(FIELD << RD_SHIFT) | pick(CODE_POINTERS) << RD_SHIFT
                    : bits;
        }
        int bits = row.encoding().match() | free & ~mask;
        Traits traits = TRAITS[row.number()];
        if (traits.isMemory) {
            return memory(row, traits, bits, mask);
        }
        if (traits.isJump) {
            return jump(row, bits);
        }
        if (traits.isCsr) {
            return bits & (1 << IMMEDIATE_SHIFT) - 1 | csr() << IMMEDIATE_SHIFT;
        }
        if (traits.rounds && !oneIn(20)) {
            int mode = pick(ROUNDING_MODES);
            bits = bits & ~(7 << ROUNDING_SHIFT) | mode << ROUNDING_SHIFT;
        }
        return traits.writes ? sources(destination(bits), mask) : bits;
    }

    /** Sometimes equal or zero registers. */
    private int sources(int bits, int mask) {
        int changed = bits;
        if (oneIn(6) && (mask >>> RS1_SHIFT & FIELD) == 0) {
            changed = changed & ~(FIELD << RS1_SHIFT) | (bits >>> RD_SHIFT & FIELD) << RS1_SHIFT;
        }
        if (oneIn(6) && (mask >>> IMMEDIATE_SHIFT & FIELD) == 0) {
            changed = changed & ~(FIELD << IMMEDIATE_SHIFT) | (oneIn(2) ? bits >>> RD_SHIFT & FIELD : 0) << 20;
        }
        return changed;
    }

    /** A destination that is mostly none of the pointers, but often one of the registers near them. */
    private int destination(int bits) {
        int rd = bits >>> RD_SHIFT & FIELD;
        if (!oneIn(12) && isPointer(rd)) {
            rd = random.nextInt(11, 16);
        }
        return bits & ~(FIELD << RD_SHIFT) | rd << RD_SHIFT;
    }

    private static boolean isPointer(int register) {
        return (POINTER_SET >>> register & 1) != 0;
    }

    private int memory(Insns.Row row, Traits traits, int bits, int mask) {
        int placed = bits;
        if (!oneIn(8)) {
            int pointer = traits.hasOffset ? pick(POINTERS) : random.nextInt(16, 20);
            placed = placed & ~(FIELD << RS1_SHIFT) | pointer << RS1_SHIFT;
        }
        if (traits.hasOffset && !oneIn(4)) {
            int offset = oneIn(2) ? 0 : random.nextInt(-16, 17);
            placed = traits.isStore
                    ? placed & ~0xFE00_0F80 | (offset & FIELD) << RD_SHIFT | offset >> 5 << 25
                    : placed & 0xFFFFF | offset << IMMEDIATE_SHIFT;
        }
        boolean writesInteger = (mask >>> RD_SHIFT & FIELD) == 0 && traits.writes;
        return writesInteger ? destination(placed) : placed;
    }

    private int jump(Insns.Row row, int bits) {
        if (row.op() == Ops.JALR) {
            int placed = oneIn(16) ? bits : bits & ~(FIELD << RS1_SHIFT) | pick(CODE_POINTERS) << RS1_SHIFT;
            int offset = oneIn(4) ? random.nextInt() : random.nextInt(-64, 65);
            return placed & 0xFFFFF & ~(FIELD << RD_SHIFT) | linkRegister() << RD_SHIFT | offset << IMMEDIATE_SHIFT;
        }
        int distance = switch (random.nextInt(8)) {
                    case 0 -> random.nextInt();
                    case 1 -> random.nextInt(-2048, 2048);
                    case 2, 3 -> random.nextInt(-64, 0);
                    default -> random.nextInt(4, 64);
                }
                & (oneIn(8) ? ~1 : ~3);
        if (row.op() == Ops.JAL) {
            return 0x6F | linkRegister() << RD_SHIFT | scattered(distance);
        }
        return bits & ~0xFE00_0F80
                | distance >>> 12 << 31
                | (distance >>> 5 & 63) << 25
                | (distance >>> 1 & 15) << 8
                | (distance >>> 11 & 1) << 7;
    }

    /** The immediate of jal. */
    private static int scattered(int distance) {
        return (distance >>> 20 & 1) << 31
                | (distance >>> 1 & 0x3FF) << 21
                | (distance >>> 11 & 1) << 20
                | (distance >>> 12 & 0xFF) << 12;
    }

    private int linkRegister() {
        return oneIn(2) ? 0 : oneIn(2) ? 1 : random.nextInt(11, 16);
    }

    private int csr() {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextInt(4096);
            case 1 -> pick(CONTROL_CSRS);
            default -> pick(PLAIN_CSRS);
        };
    }

    // Short sequences that random ones hardly hit.

    private void idiom() {
        switch (random.nextInt(33)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> storeIntoCode();
            case 8, 9, 10, 11 -> reserveAndStore();
            case 12, 13, 14, 15, 16 -> timer();
            case 17, 18, 19, 20, 21, 22 -> branchOverOne();
            case 23, 24, 25 -> softwareInterrupt();
            case 26, 27, 28 -> statusBits();
            case 29, 30 -> allowInterrupt();
            default -> put(pick(new int[] {0x0000_100F, 0x1200_0073, 0x3020_0073, 0x1020_0073}));
        }
    }

    /** auipc, then a store near it: into what comes next, or what was executed just now. */
    private void storeIntoCode() {
        int temporary = random.nextInt(28, 32);
        put(0x17 | temporary << RD_SHIFT);
        int filler = random.nextInt(3);
        for (int i = 0; i < filler; i++) {
            put(instruction(pick(INTEGER)));
        }
        int offset = oneIn(3) ? random.nextInt(-120, 0) : random.nextInt(4, 160);
        int width = random.nextInt(4);
        int source = random.nextInt(20, 28);
        put(0x23
                | width << 12
                | temporary << RS1_SHIFT
                | source << IMMEDIATE_SHIFT
                | (offset & FIELD) << RD_SHIFT
                | offset >> 5 << 25);
    }

    private void reserveAndStore() {
        int pointer = random.nextInt(16, 20);
        int width = random.nextInt(2, 4) << 12;
        put(0x1000_002F | width | pointer << RS1_SHIFT | random.nextInt(11, 16) << RD_SHIFT);
        switch (random.nextInt(4)) {
            case 0 -> put(instruction(pick(INTEGER)));
            case 1 -> put(ECALL);
            case 2 -> put(instruction(pick(MEMORY)));
            default -> {
                // Nothing in between.
            }
        }
        put(0x1800_002F
                | width
                | pointer << RS1_SHIFT
                | random.nextInt(32) << IMMEDIATE_SHIFT
                | random.nextInt(11, 16) << RD_SHIFT);
    }

    /** Enables all interrupts, reads the time and sets the timer some ticks later. */
    private void timer() {
        int register = random.nextInt(28, 32);
        put(0x13 | register << RD_SHIFT | -1 << IMMEDIATE_SHIFT);
        put((oneIn(2) ? 0x1040_1073 : 0x3040_1073) | register << RS1_SHIFT);
        put(0xC010_2073 | register << RD_SHIFT);
        put(0x13 | register << RD_SHIFT | register << RS1_SHIFT | random.nextInt(4) << IMMEDIATE_SHIFT);
        put(0x14D0_1073 | register << RS1_SHIFT);
    }

    /** Asks for an interrupt, or takes the request back, where a device register is pointed at. */
    private void softwareInterrupt() {
        int source = oneIn(3) ? 0 : random.nextInt(20, 32);
        put(0x2023 | DEVICE_POINTER << RS1_SHIFT | source << IMMEDIATE_SHIFT);
    }

    /** The same access before and after SUM, MXR or the state of floating point was set or cleared. */
    private void statusBits() {
        int register = random.nextInt(28, 32);
        int access = instruction(pick(oneIn(4) ? FLOAT : MEMORY));
        int upperBits = pick(new int[] {0x40, 0x80, 0xC0, 0x02, 0x04, 0x06});
        put(0x37 | register << RD_SHIFT | upperBits << 12);
        put(access);
        put(0x73 | random.nextInt(2, 4) << 12 | (oneIn(3) ? 0x300 : SSTATUS) << 20 | register << RS1_SHIFT);
        put(access);
    }

    /** Asks for the supervisor's software interrupt while interrupts are off, then lets it in. */
    private void allowInterrupt() {
        put(immediateCsr(CLEAR, SSTATUS));
        put(immediateCsr(SET, oneIn(2) ? 0x104 : 0x144));
        put(immediateCsr(SET, 0x144));
        put(immediateCsr(SET, SSTATUS));
        put(instruction(pick(INTEGER)));
    }

    /** csrrsi or csrrci of bit 1. */
    private static int immediateCsr(int function, int csr) {
        return csr << IMMEDIATE_SHIFT | 2 << RS1_SHIFT | function << 12 | 0x73;
    }

    private void branchOverOne() {
        put(0x0000_0463 | random.nextInt(2) << 14 | random.nextInt(32) << RS1_SHIFT | random.nextInt(32) << 20);
        put(instruction(pick(MEMORY)));
    }
}
