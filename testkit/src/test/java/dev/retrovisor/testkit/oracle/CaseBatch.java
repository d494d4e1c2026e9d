package dev.retrovisor.testkit.oracle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Cases of one instruction each, in the layout that they share with {@code instruction-oracle.c}: little endian,
 * {@value #CASE_BYTES} bytes each. One batch holds where the cases start from, another what an implementation made of it.
 *
 * <pre>
 *   0  x0 to x31, 8 bytes each. Afterwards x0's place holds the pc; 0: right behind the instruction
 * 256  f0 to f31
 * 512  fcsr
 * 520  address of the instruction, or of the prelude if there is one
 * 528  the instruction, 4 bytes
 * 532  prelude: a 32-bit instruction to execute first, or 0
 * 536  number of a register that the instruction does not name, 28 to 31
 * 540  afterwards: the signal that Linux would send, or 0
 * 544  {@link #WINDOW_BYTES} bytes of memory at {@link #WINDOW}
 * </pre>
 */
final class CaseBatch {
    static final int CASE_BYTES = 672;

    /** As many as the program has slots. */
    static final int MAX_CASES = 4096;

    /** Code that falls through: the instruction stands 8 bytes into its slot. */
    static final long SLOTS = 0x8100_0000L;

    static final long SLOT_BYTES = 32;
    static final long SLOT_CODE_OFFSET = 8;

    /** Code that may go anywhere: all around is {@code c.ebreak}. */
    static final long SEA = 0x8120_0000L;

    static final long SEA_BYTES = 0x40_0000L;

    /** Memory that is compared: half of it in one page, half in the next. */
    static final long WINDOW = 0x8200_FFC0L;

    static final int WINDOW_BYTES = 128;
    static final long RECORDS = 0x8300_0000L;

    static final int SIGILL = 4;
    static final int SIGTRAP = 5;
    static final int SIGBUS = 7;
    static final int SIGSEGV = 11;

    private static final int F = 256;
    private static final int FCSR = 512;
    private static final int ADDRESS = 520;
    private static final int INSTRUCTION = 528;
    private static final int PRELUDE = 532;
    private static final int POINTER = 536;
    private static final int SIGNAL = 540;
    private static final int MEMORY = 544;

    private final ByteBuffer bytes = ByteBuffer.allocate(MAX_CASES * CASE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int count;

    /** The bytes of all cases. */
    byte[] array() {
        return bytes.array();
    }

    int count() {
        return count;
    }

    int lengthBytes() {
        return count * CASE_BYTES;
    }

    void setCount(int value) {
        count = value;
    }

    boolean isFull() {
        return count == MAX_CASES;
    }

    /** Adds a case with an instruction in its own slot and returns its number; all other fields are zero. */
    int add(int instruction) {
        int index = count++;
        bytes.put(index * CASE_BYTES, new byte[CASE_BYTES]);
        bytes.putInt(index * CASE_BYTES + INSTRUCTION, instruction);
        setAddress(index, SLOTS + index * SLOT_BYTES + SLOT_CODE_OFFSET);
        setPointer(index, pointerFor(instruction));
        return index;
    }

    /** A register that no field of an instruction names, whatever its format. */
    private static int pointerFor(int bits) {
        int pointer = 31;
        boolean wide = (bits & 3) == 3;
        while ((bits >>> 7 & 31) == pointer
                || !wide && (bits >>> 2 & 31) == pointer
                || wide && ((bits >>> 15 & 31) == pointer || (bits >>> 20 & 31) == pointer)) {
            pointer--;
        }
        return pointer;
    }

    private void setPointer(int index, int register) {
        bytes.putInt(index * CASE_BYTES + POINTER, register);
    }

    int pointer(int index) {
        return bytes.getInt(index * CASE_BYTES + POINTER);
    }

    /** Where the case's record lies in the program's memory. */
    static long recordAddress(int index) {
        return RECORDS + (long) index * CASE_BYTES;
    }

    long x(int index, int register) {
        return bytes.getLong(index * CASE_BYTES + register * 8);
    }

    void setX(int index, int register, long value) {
        bytes.putLong(index * CASE_BYTES + register * 8, value);
    }

    long f(int index, int register) {
        return bytes.getLong(index * CASE_BYTES + F + register * 8);
    }

    void setF(int index, int register, long value) {
        bytes.putLong(index * CASE_BYTES + F + register * 8, value);
    }

    long fcsr(int index) {
        return bytes.getLong(index * CASE_BYTES + FCSR);
    }

    void setFcsr(int index, long value) {
        bytes.putLong(index * CASE_BYTES + FCSR, value);
    }

    long address(int index) {
        return bytes.getLong(index * CASE_BYTES + ADDRESS);
    }

    void setAddress(int index, long value) {
        bytes.putLong(index * CASE_BYTES + ADDRESS, value);
    }

    int instruction(int index) {
        return bytes.getInt(index * CASE_BYTES + INSTRUCTION);
    }

    int instructionBytes(int index) {
        return (instruction(index) & 3) == 3 ? 4 : 2;
    }

    int prelude(int index) {
        return bytes.getInt(index * CASE_BYTES + PRELUDE);
    }

    void setPrelude(int index, int bits) {
        bytes.putInt(index * CASE_BYTES + PRELUDE, bits);
    }

    int signal(int index) {
        return bytes.getInt(index * CASE_BYTES + SIGNAL);
    }

    void setSignal(int index, int number) {
        bytes.putInt(index * CASE_BYTES + SIGNAL, number);
    }

    /** Eight bytes of memory, {@code word} from 0 to 15. */
    long memory(int index, int word) {
        return bytes.getLong(index * CASE_BYTES + MEMORY + word * 8);
    }

    void setMemory(int index, int word, long value) {
        bytes.putLong(index * CASE_BYTES + MEMORY + word * 8, value);
    }

    /** Takes over a case of another batch at the same place. */
    void copyFrom(CaseBatch other, int index) {
        bytes.put(index * CASE_BYTES, other.bytes, index * CASE_BYTES, CASE_BYTES);
    }

    boolean isSame(CaseBatch other, int index) {
        return bytes.slice(index * CASE_BYTES, CASE_BYTES).equals(other.bytes.slice(index * CASE_BYTES, CASE_BYTES));
    }

    /** In slots the program knows its way behind the instruction; elsewhere every way ends in a trap. */
    boolean isInSlot(int index) {
        long address = address(index);
        return address >= SLOTS && address < SLOTS + SLOT_BYTES * MAX_CASES;
    }
}
