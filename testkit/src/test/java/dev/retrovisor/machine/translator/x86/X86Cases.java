package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;
import static dev.retrovisor.machine.translator.x86.X86Operands.REGISTERS;
import static dev.retrovisor.machine.translator.x86.X86Operands.XMM;
import static dev.retrovisor.machine.translator.x86.X86Operands.register;

import dev.retrovisor.machine.translator.x86.X86Operands.Operand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Calls of every method of the assembler, with what a disassembler must say of the bytes. */
final class X86Cases {
    /**
     * One call.
     *
     * @param method of the assembler
     * @param expected instructions in Intel's syntax; {@code @n} is the address n bytes behind the first one's
     */
    record Case(String method, Consumer<X86Assembler> encode, String... expected) {}

    /** Encodes an instruction with a register and an operand. */
    interface WithRegister {
        void encode(X86Assembler a, int register, long operand);
    }

    /** Encodes an instruction with one operand. */
    interface WithOperand {
        void encode(X86Assembler a, long operand);
    }

    private static final Map<Integer, String> ALU =
            Map.of(ADD, "add", OR, "or", AND, "and", SUB, "sub", XOR, "xor", CMP, "cmp");
    private static final Map<Integer, String> SHIFTS =
            Map.of(ROL, "rol", ROR, "ror", SHL, "shl", SHR, "shr", SAR, "sar");
    private static final Map<Integer, String> UNARY =
            Map.of(NOT, "not", NEG, "neg", MUL, "mul", IMUL, "imul", DIV, "div", IDIV, "idiv");
    private static final Map<Integer, String> BIT_TESTS = Map.of(BT, "bt", BTS, "bts", BTR, "btr", BTC, "btc");
    private static final Map<Integer, String> CONDITIONS = conditions();
    private static final int[] IMMEDIATES = {
        0, 1, -1, 127, 128, -128, -129, 255, 4096, 0x7FFF_FFFF, Integer.MIN_VALUE, 0x1234_5678
    };

    private final List<Case> cases = new ArrayList<>();
    private final List<Operand> registers = X86Operands.registers();
    private final List<Operand> memory = X86Operands.someMemory();
    private final List<Operand> both = new ArrayList<>();

    private X86Cases() {
        both.addAll(registers);
        both.addAll(memory);
    }

    static List<Case> all() {
        var all = new X86Cases();
        all.arithmetic();
        all.shiftsAndBits();
        all.vexEncoded();
        all.moves();
        all.immediateMoves();
        all.addresses();
        all.control();
        new X86FloatCases(all).add();
        return all.cases;
    }

    private static Map<Integer, String> conditions() {
        var names = new LinkedHashMap<Integer, String>();
        names.put(OVERFLOW, "o");
        names.put(BELOW, "b");
        names.put(ABOVE_EQUAL, "ae");
        names.put(EQUAL, "e");
        names.put(NOT_EQUAL, "ne");
        names.put(BELOW_EQUAL, "be");
        names.put(ABOVE, "a");
        names.put(SIGN, "s");
        names.put(PARITY, "p");
        names.put(NO_PARITY, "np");
        names.put(LESS, "l");
        names.put(GREATER_EQUAL, "ge");
        names.put(LESS_EQUAL, "le");
        names.put(GREATER, "g");
        return names;
    }

    List<Operand> registerOperands() {
        return registers;
    }

    List<Operand> memoryOperands() {
        return memory;
    }

    List<Operand> operands() {
        return both;
    }

    void add(String method, Consumer<X86Assembler> encode, String... expected) {
        cases.add(new Case(method, encode, expected));
    }

    /** Every register with every one of some operands: {@code mnemonic register,operand}. */
    void toRegister(String method, String mnemonic, int sizeBytes, List<Operand> operands, WithRegister encode) {
        toRegister(method, mnemonic, sizeBytes, sizeBytes, sizeBytes, operands, encode);
    }

    void toRegister(
            String method,
            String mnemonic,
            int targetBytes,
            int registerBytes,
            int memoryBytes,
            List<Operand> operands,
            WithRegister encode) {
        for (int register = 0; register < REGISTERS; register++) {
            for (Operand operand : operands) {
                int number = register;
                add(
                        method,
                        a -> encode.encode(a, number, operand.encoded()),
                        "%s %s,%s"
                                .formatted(
                                        mnemonic,
                                        register(register, targetBytes),
                                        operand.text(registerBytes, memoryBytes)));
            }
        }
    }

    /** The same the other way: {@code mnemonic operand,register}. */
    void toOperand(
            String method,
            String mnemonic,
            int sourceBytes,
            int registerBytes,
            int memoryBytes,
            List<Operand> operands,
            WithRegister encode) {
        for (int register = 0; register < REGISTERS; register++) {
            for (Operand operand : operands) {
                int number = register;
                add(
                        method,
                        a -> encode.encode(a, number, operand.encoded()),
                        "%s %s,%s"
                                .formatted(
                                        mnemonic,
                                        operand.text(registerBytes, memoryBytes),
                                        register(register, sourceBytes)));
            }
        }
    }

    /** {@code mnemonic operand} with something behind it; the mnemonic may have operands, and ends in a comma then. */
    void onOperand(
            String method, String mnemonic, String rest, int sizeBytes, List<Operand> operands, WithOperand encode) {
        for (Operand operand : operands) {
            add(
                    method,
                    a -> encode.encode(a, operand.encoded()),
                    mnemonic + (mnemonic.endsWith(",") ? "" : " ") + operand.text(sizeBytes, sizeBytes) + rest);
        }
    }

    /** An immediate as the disassembler writes it for an operand size. */
    static String hex(long value, int sizeBytes) {
        return "0x" + Long.toHexString(sizeBytes == 8 ? value : value & (1L << 8 * sizeBytes) - 1);
    }

    private void arithmetic() {
        ALU.forEach((op, name) -> {
            toRegister("alu", name, 8, both, (a, r, o) -> a.alu(op, r, o));
            toRegister("alu32", name, 4, both, (a, r, o) -> a.alu32(op, r, o));
            toOperand("aluStore", name, 8, 8, 8, memory, (a, r, o) -> a.aluStore(op, o, r));
            for (int value : IMMEDIATES) {
                onOperand("aluImmediate", name, "," + hex(value, 8), 8, both, (a, o) -> a.aluImmediate(op, o, value));
                onOperand(
                        "aluImmediate32", name, "," + hex(value, 4), 4, both, (a, o) -> a.aluImmediate32(op, o, value));
            }
        });
        for (int value : new int[] {0, 1, 127, -128, -1}) {
            onOperand("compareByte", "cmp", "," + hex(value, 1), 1, memory, (a, o) -> a.compareByte(o, value));
        }
        toOperand("test", "test", 8, 8, 8, registers, (a, r, o) -> a.test((int) o, r));
        toOperand("test32", "test", 4, 4, 4, registers, (a, r, o) -> a.test32((int) o, r));
        for (int value : IMMEDIATES) {
            onOperand("testImmediate32", "test", "," + hex(value, 4), 4, both, (a, o) -> a.testImmediate32(o, value));
        }
        UNARY.forEach((op, name) -> {
            onOperand("unary", name, "", 8, both, (a, o) -> a.unary(op, o));
            onOperand("unary32", name, "", 4, both, (a, o) -> a.unary32(op, o));
        });
        toRegister("multiply", "imul", 8, both, X86Assembler::multiply);
        toRegister("multiply32", "imul", 4, both, X86Assembler::multiply32);
        for (int value : IMMEDIATES) {
            for (int register = 0; register < REGISTERS; register++) {
                int number = register;
                onOperand(
                        "multiply32",
                        "imul " + register(register, 4) + ",",
                        "," + hex(value, 4),
                        4,
                        register == 0 ? both : registers,
                        (a, o) -> a.multiply32(number, o, value));
            }
        }
        add("cqo", X86Assembler::cqo, "cqo");
        add("cdq", X86Assembler::cdq, "cdq");
    }

    private void shiftsAndBits() {
        SHIFTS.forEach((op, name) -> {
            for (int count : new int[] {1, 2, 31, 63}) {
                String rest = "," + hex(count, 1);
                onOperand("shift", name, rest, 8, both, (a, o) -> a.shift(op, o, count));
                onOperand("shift32", name, rest, 4, both, (a, o) -> a.shift32(op, o, count));
            }
            onOperand("shiftByCl", name, ",cl", 8, both, (a, o) -> a.shiftByCl(op, o));
            onOperand("shiftByCl32", name, ",cl", 4, both, (a, o) -> a.shiftByCl32(op, o));
        });
        BIT_TESTS.forEach((op, name) -> {
            for (int bit : new int[] {0, 1, 31, 32, 63}) {
                onOperand("bitTest", name, "," + hex(bit, 1), 8, both, (a, o) -> a.bitTest(op, o, bit));
            }
            toOperand("bitTest", name, 8, 8, 8, registers, (a, r, o) -> a.bitTest(op, (int) o, r));
        });
        onOperand("bswap", "bswap", "", 8, registers, (a, o) -> a.bswap((int) o));
        for (boolean wide : new boolean[] {false, true}) {
            int size = wide ? 8 : 4;
            toRegister("leadingZeros", "lzcnt", size, both, (a, r, o) -> a.leadingZeros(r, o, wide));
            toRegister("trailingZeros", "tzcnt", size, both, (a, r, o) -> a.trailingZeros(r, o, wide));
            toRegister("populationCount", "popcnt", size, both, (a, r, o) -> a.populationCount(r, o, wide));
        }
    }

    private void vexEncoded() {
        for (int other = 0; other < REGISTERS; other++) {
            int second = other;
            toRegister("andNot", "andn", 8, X86Operands.registers(), other, (a, r, o) -> a.andNot(r, second, o));
        }
        toRegister("andNot", "andn", 8, X86Operands.allMemory(), RBX, (a, r, o) -> a.andNot(r, RBX, o));
        for (boolean wide : new boolean[] {false, true}) {
            int size = wide ? 8 : 4;
            for (int count : new int[] {0, 1, 7, 31, 63}) {
                for (int register = 0; register < REGISTERS; register++) {
                    int number = register;
                    onOperand(
                            "rorx",
                            "rorx " + register(register, size) + ",",
                            "," + hex(count, 1),
                            size,
                            both,
                            (a, o) -> a.rorx(number, o, count, wide));
                }
            }
            Map.of(SHL, "shlx", SHR, "shrx", SAR, "sarx").forEach((op, name) -> {
                for (int count = 0; count < REGISTERS; count++) {
                    int last = count;
                    for (int register = 0; register < REGISTERS; register++) {
                        int number = register;
                        onOperand(
                                "shiftx",
                                name + " " + register(register, size) + ",",
                                "," + register(count, size),
                                size,
                                count == number ? both : registers,
                                (a, o) -> a.shiftx(op, number, o, last, wide));
                    }
                }
            });
        }
    }

    /** {@code mnemonic register,second,operand}. */
    void toRegister(
            String method, String mnemonic, int sizeBytes, List<Operand> operands, int second, WithRegister encode) {
        for (int register = 0; register < REGISTERS; register++) {
            int number = register;
            String begin = "%s %s,%s,".formatted(mnemonic, register(register, sizeBytes), register(second, sizeBytes));
            onOperand(method, begin, "", sizeBytes, operands, (a, o) -> encode.encode(a, number, o));
        }
    }

    private void moves() {
        toRegister("move", "mov", 8, both, X86Assembler::move);
        toRegister("move", "mov", 8, X86Operands.allMemory(), X86Assembler::move);
        toRegister("move32", "mov", 4, both, X86Assembler::move32);
        toOperand("store", "mov", 8, 8, 8, both, (a, r, o) -> a.store(o, r));
        for (int size : new int[] {1, 2, 4, 8}) {
            List<Operand> operands = size == 1 ? X86Operands.allMemory() : memory;
            toOperand("store", "mov", size, size, size, operands, (a, r, o) -> a.store(o, r, size));
            String signed = size == 4 ? "movsxd" : size == 8 ? "mov" : "movsx";
            toRegister("load", signed, 8, size, size, both, (a, r, o) -> a.load(r, o, size, true));
            String zeroed = size >= 4 ? "mov" : "movzx";
            int target = size == 4 ? 4 : 8;
            toRegister("load", zeroed, target, size, size, both, (a, r, o) -> a.load(r, o, size, false));
        }
        CONDITIONS.forEach((condition, name) -> {
            onOperand("setByte", "set" + name, "", 1, registers, (a, o) -> a.setByte(condition, (int) o));
            toRegister("conditionalMove", "cmov" + name, 8, both, (a, r, o) -> a.conditionalMove(condition, r, o));
        });
        onOperand("push", "push", "", 8, registers, (a, o) -> a.push((int) o));
        onOperand("pop", "pop", "", 8, registers, (a, o) -> a.pop((int) o));
    }

    private void immediateMoves() {
        for (int value : IMMEDIATES) {
            onOperand("storeImmediate", "mov", "," + hex(value, 8), 8, memory, (a, o) -> a.storeImmediate(o, value));
            onOperand(
                    "storeImmediate32", "mov", "," + hex(value, 4), 4, memory, (a, o) -> a.storeImmediate32(o, value));
            onOperand(
                    "storeImmediateByte",
                    "mov",
                    "," + hex(value, 1),
                    1,
                    memory,
                    (a, o) -> a.storeImmediateByte(o, value));
            onOperand(
                    "moveImmediate",
                    "mov",
                    "," + hex(value, value < 0 ? 8 : 4),
                    value < 0 ? 8 : 4,
                    registers,
                    (a, o) -> a.moveImmediate((int) o, value));
        }
        for (long value : new long[] {0x8000_0000L, 0xFFFF_FFFFL}) {
            onOperand(
                    "moveImmediate",
                    "mov",
                    "," + hex(value, 4),
                    4,
                    registers,
                    (a, o) -> a.moveImmediate((int) o, value));
        }
        for (long value : new long[] {0x1_0000_0000L, Long.MIN_VALUE, Long.MAX_VALUE, -0x8000_0001L}) {
            onOperand(
                    "moveImmediate",
                    "movabs",
                    "," + hex(value, 8),
                    8,
                    registers,
                    (a, o) -> a.moveImmediate((int) o, value));
        }
    }

    private void addresses() {
        for (int register = 0; register < REGISTERS; register++) {
            int target = register;
            for (Operand operand : X86Operands.allMemory()) {
                add(
                        "leaAddress",
                        a -> a.leaAddress(target, operand.encoded()),
                        "lea %s,%s".formatted(register(register, 8), operand.address()));
            }
            for (int index = 0; index < REGISTERS; index++) {
                if (index != RSP) {
                    int scaled = index;
                    add(
                            "leaTimesEight32",
                            a -> a.leaTimesEight32(target, scaled),
                            "lea %s,[%s*8+0x0]".formatted(register(register, 4), register(index, 8)));
                    scaledAddresses(target, scaled);
                }
            }
        }
    }

    private void scaledAddresses(int target, int index) {
        for (int base = 0; base < REGISTERS; base++) {
            for (int scale = 0; scale < 4; scale++) {
                int start = base;
                int log = scale;
                add(
                        "leaScaled",
                        a -> a.leaScaled(target, start, index, log),
                        "lea %s,[%s+%s*%d+0x0]"
                                .formatted(register(target, 8), register(base, 8), register(index, 8), 1 << scale));
            }
        }
    }

    private void control() {
        add("ret", X86Assembler::ret, "ret");
        add("cpuid", X86Assembler::cpuid, "cpuid");
        add("xgetbv", X86Assembler::xgetbv, "xgetbv");
        onOperand("jumpTo", "jmp", "", 8, both, X86Assembler::jumpTo);
        add("jump", X86Assembler::jump, "jmp @5");
        add("call", X86Assembler::call, "call @5");
        add(
                "patch",
                a -> {
                    int site = a.jump();
                    a.cqo();
                    a.patch(site, a.length());
                },
                "jmp @7",
                "cqo");
        add(
                "patch",
                a -> {
                    a.cqo();
                    a.patch(a.jump(), 0);
                },
                "cqo",
                "jmp @0");
        add(
                "jumpShort",
                a -> {
                    int jump = a.jumpShort();
                    a.cqo();
                    a.bindShort(jump);
                },
                "jmp @4",
                "cqo");
        CONDITIONS.forEach((condition, name) -> {
            add("jump", a -> a.jump(condition), "j" + name + " @6");
            add(
                    "bindShort",
                    a -> {
                        int jump = a.jumpShort(condition);
                        a.cqo();
                        a.bindShort(jump);
                    },
                    "j" + name + " @4",
                    "cqo");
        });
    }

    /** Instructions on xmm registers use these too. */
    void toXmm(String method, String mnemonic, int memoryBytes, List<Operand> operands, WithRegister encode) {
        toRegister(method, mnemonic, XMM, XMM, memoryBytes, operands, encode);
    }
}
