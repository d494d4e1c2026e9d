package dev.retrovisor.testkit.oracle;

import dev.retrovisor.machine.EdgeValues;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Decoder;
import dev.retrovisor.machine.isa.Encoding;
import dev.retrovisor.machine.isa.Insns;
import dev.retrovisor.machine.isa.Ops;
import java.util.random.RandomGenerator;

/** Makes up cases of a given instruction: its fields, and operands that suit it. */
final class CaseGenerator {
    private static final int FIRST_COUNTER = 0xC00;
    private static final int LAST_COUNTER = 0xC1F;

    // lr.w x0, (x0) and lr.d x0, (x0)
    private static final int LOAD_RESERVED_WORD = 0x1000202F;
    private static final int LOAD_RESERVED_DUAL = 0x1000302F;

    private final RandomGenerator random;
    private final EdgeValues values;

    CaseGenerator(RandomGenerator random) {
        this.random = random;
        this.values = new EdgeValues(random);
    }

    /** Adds a case of a row. */
    void add(CaseBatch cases, Insns.Row row) {
        int bits = fields(row);
        int index = cases.add(bits);
        fill(cases, index, row.mnemonic());
        long packed = Decoder.decode(bits);
        if (isJump(row)) {
            placeJump(cases, index, packed);
        } else if (isMemory(row)) {
            pointIntoWindow(cases, index, packed, sizeBytes(row));
        }
        if (row.op() == Ops.SCW) {
            reserve(cases, index, LOAD_RESERVED_WORD, 4);
        } else if (row.op() == Ops.SCD) {
            reserve(cases, index, LOAD_RESERVED_DUAL, 8);
        }
    }

    /** Adds a case of any bits, with all integer registers pointing at memory that takes a stray store. */
    void addRaw(CaseBatch cases, int bits) {
        int index = cases.add(bits);
        fill(cases, index, ".d");
        for (int register = 1; register < 32; register++) {
            cases.setX(index, register, CaseBatch.WINDOW + random.nextInt(CaseBatch.WINDOW_BYTES / 8) * 8L);
        }
        cases.setAddress(index, seaAddress());
    }

    static boolean isJump(Insns.Row row) {
        return row.op() == Ops.JAL || row.op() == Ops.JALR || row.op() >= Ops.BEQ && row.op() <= Ops.BNE;
    }

    static boolean isMemory(Insns.Row row) {
        return Insns.base(row.op()).asm().contains("(rs1)") && row.op() != Ops.JALR;
    }

    /** Random fields, with edges: all zeros, all ones, a single bit, registers that are the same or x0. */
    private int fields(Insns.Row row) {
        Encoding encoding = row.encoding();
        while (true) {
            int free = switch (random.nextInt(8)) {
                case 0 -> 0;
                case 1 -> -1;
                case 2 -> 1 << random.nextInt(32);
                default -> random.nextInt();
            };
            if (encoding.lengthBytes() == 4 && values.oneIn(2)) {
                free = aliased(free);
            }
            int bits = free & ~encoding.mask() & (encoding.lengthBytes() == 4 ? -1 : 0xFFFF) | encoding.match();
            if (isCsr(row) && !values.oneIn(4)) {
                bits = bits & 0xFFFFF | random.nextInt(1, 4) << 20; // fflags, frm or fcsr
            }
            if (Insns.find(bits) == row && isUsable(bits)) {
                return bits;
            }
        }
    }

    /** Random registers in the usual places, some of them equal. */
    private int aliased(int bits) {
        int rd = register();
        int rs1 = values.oneIn(4) ? rd : register();
        int rs2 = values.oneIn(4) ? rs1 : values.oneIn(4) ? rd : register();
        return bits & ~(31 << 7 | 31 << 15 | 31 << 20) | rd << 7 | rs1 << 15 | rs2 << 20;
    }

    private int register() {
        return values.oneIn(8) ? 0 : random.nextInt(32);
    }

    /** Whether a case of these bits ends, and ends in the same way on every right implementation. */
    static boolean isUsable(int bits) {
        Insns.Row row = Insns.find(bits);
        if (row == null) {
            return true;
        }
        if (isJump(row) && row.op() != Ops.JALR) {
            // Into itself: an endless loop, or its second half as an instruction.
            long halfwordsFromNext = Decoder.decode(bits) >> Decoder.IMMEDIATE_SHIFT;
            return halfwordsFromNext >= 0 || halfwordsFromNext < -row.encoding().lengthBytes() / 2;
        }
        // Counters read differently on each machine; writing them is illegal on both.
        int csr = bits >>> 20;
        boolean isWrite = row.op() >= Ops.CSRRW || (bits >>> 15 & 31) != 0;
        return !isCsr(row) || csr < FIRST_COUNTER || csr > LAST_COUNTER || isWrite;
    }

    private static boolean isCsr(Insns.Row row) {
        return row.op() >= Ops.CSRRC && row.op() <= Ops.CSRRWI;
    }

    private void fill(CaseBatch cases, int index, String mnemonic) {
        boolean single = mnemonic.endsWith(".s") || mnemonic.endsWith(".w") && mnemonic.startsWith("f");
        for (int register = 1; register < 32; register++) {
            cases.setX(index, register, values.integer());
            if (register > 1 && values.oneIn(8)) {
                cases.setX(index, register, cases.x(index, register - 1) + random.nextInt(-1, 2));
            }
        }
        for (int register = 0; register < 32; register++) {
            // One in ten of the other format.
            cases.setF(index, register, single != values.oneIn(10) ? values.single() : values.dual());
        }
        relate(cases, index, single);
        int roundingMode = values.oneIn(16) ? random.nextInt(5, 8) : random.nextInt(5);
        cases.setFcsr(index, roundingMode << 5 | (values.oneIn(2) ? 0 : random.nextInt(32)));
        for (int word = 0; word < CaseBatch.WINDOW_BYTES / 8; word++) {
            cases.setMemory(index, word, values.integer());
        }
    }

    /** Sometimes makes the third or second source depend on the others. */
    private void relate(CaseBatch cases, int index, boolean single) {
        int bits = cases.instruction(index);
        int rs1 = bits >>> 15 & 31;
        int rs2 = bits >>> 20 & 31;
        int rs3 = bits >>> 27;
        long left = cases.f(index, rs1);
        long right = cases.f(index, rs2);
        switch (random.nextInt(6)) {
            case 0 -> cases.setF(index, rs2, single ? values.nearSingle(left) : values.nearDual(left));
            case 1 ->
                cases.setF(
                        index,
                        rs3,
                        single ? values.nearProductSingle(left, right) : values.nearProductDual(left, right));
            default -> {
                // As they came.
            }
        }
    }

    private long seaAddress() {
        long middle = CaseBatch.SEA + CaseBatch.SEA_BYTES / 2;
        // One in 16 lies in two pages.
        return values.oneIn(16)
                ? middle + random.nextInt(-16, 16) * 4096L - 2
                : middle + random.nextInt(-32768, 32768) * 2L;
    }

    /** Puts a jump or branch where everything around it traps, and lets an indirect one land there too. */
    private void placeJump(CaseBatch cases, int index, long packed) {
        long address = seaAddress();
        cases.setAddress(index, address);
        int target = (int) (packed >>> Decoder.RS1_SHIFT & 31);
        if (Decoder.op(packed) == Ops.JALR && target != 0) {
            long offset = packed >> Decoder.IMMEDIATE_SHIFT;
            long distance = random.nextInt(8, 1 << 20) * (values.oneIn(2) ? 1L : -1L);
            cases.setX(index, target, address + distance - offset);
        }
    }

    private void pointIntoWindow(CaseBatch cases, int index, long packed, int sizeBytes) {
        int pointer = (int) (packed >>> Decoder.RS1_SHIFT & 31);
        boolean hasOffset = Insns.base(Decoder.op(packed)).asm().contains("imm(rs1)");
        long offset = hasOffset ? packed >> Decoder.IMMEDIATE_SHIFT : 0;
        int at = random.nextInt(CaseBatch.WINDOW_BYTES - 8 + 1);
        if (!values.oneIn(4)) {
            at &= -sizeBytes;
        } else if (values.oneIn(2)) {
            at = CaseBatch.WINDOW_BYTES / 2 - random.nextInt(1, 8);
        }
        if (pointer != HartState.X) {
            cases.setX(index, pointer, CaseBatch.WINDOW + at - offset);
        }
    }

    private static int sizeBytes(Insns.Row row) {
        String mnemonic = Insns.base(row.op()).mnemonic();
        if (mnemonic.endsWith("d")) {
            return 8;
        }
        return mnemonic.endsWith("w") || mnemonic.endsWith("wu") ? 4 : mnemonic.contains("h") ? 2 : 1;
    }

    /**
     * A load-reserved before the store-conditional: of the same address, or of another one. Not the latter where the
     * store's address is a bad one: QEMU then fails without a look at it, while the manual demands the exception for a
     * misaligned one ("Load-Reserved/Store-Conditional Instructions") and leaves the others open.
     */
    private void reserve(CaseBatch cases, int index, int loadReserved, int sizeBytes) {
        int pointer = cases.instruction(index) >>> 15 & 31;
        boolean isAligned = pointer != 0 && (cases.x(index, pointer) & sizeBytes - 1) == 0;
        if (isAligned && values.oneIn(4)) {
            int other = pointer == 9 ? 18 : 9;
            cases.setX(index, other, CaseBatch.WINDOW + 8L * random.nextInt(CaseBatch.WINDOW_BYTES / 8));
            pointer = other;
        }
        cases.setPrelude(index, loadReserved | pointer << 15);
    }
}
