package dev.retrovisor.machine.isa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.TinyMachine;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The assembler and the disassembler, each against the other and against what GNU's print. */
final class AssemblyTest {
    private static final long BASE = 0x8000_0000L;

    @Test
    void everyEncodingReadsBackAsTheSameBits() {
        var random = new Random(1);
        for (Insns.Row row : Insns.all()) {
            for (int i = 0; i < 200; i++) {
                int bits = row.encoding().match()
                        | random.nextInt() & ~row.encoding().mask();
                bits = row.encoding().lengthBytes() == 2 ? bits & 0xFFFF : bits;
                if (Insns.find(bits) != row || hidden(row, bits) != 0) {
                    continue;
                }
                String text = Disassembler.disassemble(bits, BASE);
                byte[] back = Assembler.assemble(text, BASE).bytes();
                assertEquals(row.encoding().lengthBytes(), back.length, text);
                assertEquals(bits, word(back), () -> text + " must give back " + row.asm());
            }
        }
    }

    /** Bits of fields that the syntax does not show. */
    private static int hidden(Insns.Row row, int bits) {
        int shown = row.encoding().mask();
        for (String name : row.operands()) {
            if (row.encoding().has(name)) {
                shown |= row.encoding().field(name).insert(name.endsWith("'") ? 15 : -1L);
            }
        }
        if (row.encoding().has("aq")) {
            shown |= 3 << 25;
        }
        return bits & ~shown;
    }

    @Test
    void bitsThatAreNoInstructionReadBackAsData() {
        assertEquals(".word 0xffffffff", Disassembler.disassemble(-1, BASE));
        assertEquals(".half 0x0000", Disassembler.disassemble(0, BASE));
        assertEquals(".half 0x8002", Disassembler.disassemble(0x8002, BASE), "c.jr x0 is reserved");
    }

    @Test
    void instructionsPrintAsGnuPrintsThem() {
        // Taken from riscv64-linux-gnu-as and objdump -d -M no-aliases.
        Map<Integer, String> known = Map.ofEntries(
                Map.entry(0x00C58533, "add a0,a1,a2"),
                Map.entry(0xFFF58513, "addi a0,a1,-1"),
                Map.entry(0x12345537, "lui a0,0x12345"),
                Map.entry(0xFE000EE3, "beq zero,zero,0x7ffffffc"),
                Map.entry(0x008000EF, "jal ra,0x80000008"),
                Map.entry(0x00008067, "jalr zero,0(ra)"),
                Map.entry(0x02A5B423, "sd a0,40(a1)"),
                Map.entry(0x30051073, "csrrw zero,mstatus,a0"),
                Map.entry(0x3002D073, "csrrwi zero,mstatus,5"),
                Map.entry(0x0FF0000F, "fence iorw,iorw"),
                Map.entry(0x1605A52F, "lr.w.aqrl a0,(a1)"),
                Map.entry(0x02C5F553, "fadd.d fa0,fa1,fa2"),
                Map.entry(0x02C58553, "fadd.d fa0,fa1,fa2,rne"),
                Map.entry(0x0505, "c.addi a0,1"),
                Map.entry(0x4522, "c.lwsp a0,8(sp)"),
                Map.entry(0x0028, "c.addi4spn a0,sp,8"),
                Map.entry(0x7179, "c.addi16sp sp,-48"),
                Map.entry(0x757D, "c.lui a0,0xfffff"),
                Map.entry(0x8082, "c.jr ra"));
        known.forEach((bits, text) -> assertEquals(text, Disassembler.disassemble(bits, BASE)));
    }

    @Test
    void anyConstantCanBeLoaded() {
        var random = new Random(2);
        var text = new StringBuilder();
        long[] constants = new long[400];
        for (int i = 0; i < constants.length; i++) {
            constants[i] = random.nextLong() >> random.nextInt(64) << random.nextInt(64);
        }
        System.arraycopy(
                new long[] {0, -1, 2047, 2048, -2048, -2049, 0x7FFF_F800, 0x7FFF_FFFF, 0x8000_0000L, Long.MIN_VALUE},
                0,
                constants,
                0,
                10);
        for (int i = 0; i < constants.length; i++) {
            text.append("li a0, %d\n at%d:".formatted(constants[i], i));
        }
        text.append("j .");
        try (var machine = TinyMachine.running(text.toString())) {
            for (int i = 0; i < constants.length; i++) {
                machine.runTo("at" + i);
                assertEquals(constants[i], machine.x("a0"));
            }
        }
    }

    @Test
    void labelsAndExpressionsAreResolved() {
        var assembly = Assembler.assemble("""
                .equ BIT, 1 << 3 | 2     # a constant
                        j 1f             // over the data
                table:  .byte BIT, -1, 'a', ~0 & 0xf
                        .half 0x1234; .word table
                        .align 3
                        .dword 1f - table, .
                text:   .string "a;#\\n"
                        .align 2
                1:      beqz a0, 1b
                        la a1, text
                """, BASE);
        byte[] bytes = assembly.bytes();
        assertEquals(BASE + 4, assembly.label("table"));
        assertArrayEquals(
                new byte[] {10, -1, 'a', 15, 0x34, 0x12, 4, 0, 0, (byte) 0x80}, Arrays.copyOfRange(bytes, 4, 14));
        assertEquals(36, bytes[16]);
        assertEquals(24, bytes[24], "the dot is the address of the item itself");
        assertArrayEquals(
                "a;#\n\0".getBytes(java.nio.charset.StandardCharsets.UTF_8), Arrays.copyOfRange(bytes, 32, 37));
        assertEquals(
                "beq a0,zero,0x80000028", Disassembler.disassemble(word(Arrays.copyOfRange(bytes, 40, 44)), BASE + 40));
    }

    @Test
    void aMistakeIsNamedWithItsLine() {
        Map<String, String> mistakes = Map.ofEntries(
                Map.entry("nop\nfoo a0", "line 2: 'foo' is no instruction"),
                Map.entry("addi a0, a1", "line 1: found 2 operands, expected addi rd, rs1, imm"),
                Map.entry("addi a0, a1, 2048", "line 1: addi cannot have 2048 as imm"),
                Map.entry("addi a0, b1, 0", "line 1: 'b1' is no integer register"),
                Map.entry("j nowhere", "line 1: 'nowhere' is not defined"),
                Map.entry("beq a0, a1, . + 4096", "line 1: beq cannot have . + 4096 as imm"),
                Map.entry("a: nop\na: nop", "line 2: 'a' is defined twice"),
                Map.entry("c.addi4spn a0, sp, 0", "line 1: c.addi4spn cannot have 0 as nzuimm"),
                Map.entry("c.lw t6, 0(a0)", "line 1: c.lw cannot have t6 as rd'"),
                Map.entry("li a0, later\nlater:", "line 1: 'later' is not defined"),
                Map.entry(".byte 256", "line 1: 256 does not fit into 1 bytes"),
                Map.entry(".bite 1", "line 1: '.bite' is no directive"));
        mistakes.forEach((text, message) -> {
            var found = assertThrows(AssemblyException.class, () -> Assembler.assemble(text, BASE));
            assertEquals(message, found.getMessage());
        });
        assertTrue(Assembler.assemble("", BASE).bytes().length == 0, "an empty text is no mistake");
    }

    private static int word(byte[] bytes) {
        int word = 0;
        for (int i = 0; i < bytes.length; i++) {
            word |= (bytes[i] & 0xFF) << 8 * i;
        }
        return word;
    }
}
