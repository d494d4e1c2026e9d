package dev.retrovisor.introspect.unwind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.machine.isa.Assembler;
import dev.retrovisor.machine.isa.Assembly;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Stacks of code without frame information, by the code itself. */
final class UserStackTest {
    private static final long BASE = 0x1000;
    private static final int SIZE_BYTES = 0x2000;
    private static final long STACK = 0x2800;
    private static final int RA = 1;
    private static final int SP = 2;
    private static final int FP = 8;

    private final ByteBuffer memory = ByteBuffer.allocate(SIZE_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private AddressSpace space() {
        var physical = new PhysicalMemory() {
            @Override
            public long base() {
                return BASE;
            }

            @Override
            public long sizeBytes() {
                return SIZE_BYTES;
            }

            @Override
            public int readByte(long at) {
                return memory.get((int) (at - BASE));
            }

            @Override
            public int readShort(long at) {
                return memory.getShort((int) (at - BASE));
            }

            @Override
            public int readInt(long at) {
                return memory.getInt((int) (at - BASE));
            }

            @Override
            public long readLong(long at) {
                return memory.getLong((int) (at - BASE));
            }

            @Override
            public void read(long at, byte[] target, int offset, int lengthBytes) {
                memory.get((int) (at - BASE), target, offset, lengthBytes);
            }
        };
        return new AddressSpace(physical, 0, new AddressSpace.Flat(BASE, BASE + SIZE_BYTES, 0));
    }

    private void code(String text) {
        Assembly assembly = Assembler.assemble(text, BASE);
        memory.put(0, assembly.bytes());
    }

    private void word(long at, long value) {
        memory.putLong((int) (at - BASE), value);
    }

    /** Unwinds with every function beginning at {@link #BASE}, but for callers above it, which have none. */
    private long[] unwind(long pc, long[] registers) {
        var images = new UserStack.Images() {
            @Override
            public long startOf(long address) {
                return 0;
            }

            @Override
            public long functionOf(long address) {
                return address < BASE + 0x800 ? BASE : 0;
            }
        };
        return new UserStack(space(), images).unwind(pc, registers, 8);
    }

    private static long[] registers(long ra, long sp, long fp) {
        long[] registers = new long[32];
        registers[RA] = ra;
        registers[SP] = sp;
        registers[FP] = fp;
        return registers;
    }

    @Test
    void atItsFirstInstructionAFunctionWasCalledFromWhereRaSays() {
        code("addi sp, sp, -32\nsd ra, 24(sp)\nnop\n");

        assertThat(unwind(BASE, registers(0x9000, STACK, 0))).containsExactly(BASE, 0x9000);
    }

    @Test
    void behindItsPrologueTheReturnAddressLiesOnTheStack() {
        code("addi sp, sp, -32\nsd ra, 24(sp)\nnop\nnop\n");
        word(STACK + 24, 0x9000);

        assertThat(unwind(BASE + 8, registers(0xbad, STACK, 0))).containsExactly(BASE + 8, 0x9000);
    }

    @Test
    void aFramePointerCountsWhereSpMovesByAnUnknownAmount() {
        code("addi sp, sp, -32\nsd ra, 24(sp)\nsd s0, 16(sp)\naddi s0, sp, 32\nsub sp, sp, a0\nnop\n");
        word(STACK + 24, 0x9000);

        assertThat(unwind(BASE + 20, registers(0xbad, STACK - 0x100, STACK + 32)))
                .containsExactly(BASE + 20, 0x9000);
    }

    @Test
    void largeFramesAreMadeWithAConstant() {
        code("li t0, 1024\nsub sp, sp, t0\nsd ra, 1000(sp)\nnop\n");
        word(STACK - 1024 + 1000, 0x9000);

        assertThat(unwind(BASE + 12, registers(0xbad, STACK - 1024, 0))).containsExactly(BASE + 12, 0x9000);
    }

    @Test
    void behindAnEarlyReturnTheFrameIsStillThere() {
        code("""
                addi sp, sp, -32
                sd ra, 24(sp)
                ld ra, 24(sp)
                addi sp, sp, 32
                jalr x0, 0(ra)
                nop
                nop
                """);
        word(STACK + 24, 0x9000);

        assertThat(unwind(BASE + 20, registers(0xbad, STACK, 0))).containsExactly(BASE + 20, 0x9000);
    }

    @Test
    void aStackThatCannotBeReadEndsThere() {
        code("addi sp, sp, -32\nsd ra, 24(sp)\nnop\n");

        assertThat(unwind(BASE + 8, registers(0xbad, 0x7fff_0000L, 0))).containsExactly(BASE + 8);
    }
}
