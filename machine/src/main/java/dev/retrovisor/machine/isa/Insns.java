package dev.retrovisor.machine.isa;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All encodings, parsed from the rows, and look-up by instruction bits. Where several match, the one with the most fixed
 * bits is meant.
 */
public final class Insns {
    /** The extensions that the harts have, as the device tree lists them. A and D bits: see the board. */
    public static final List<String> EXTENSIONS = List.of(
            "i",
            "m",
            "a",
            "f",
            "d",
            "c",
            "b",
            "zicbom",
            "zicboz",
            "zicntr",
            "zicond",
            "zicsr",
            "zifencei",
            "zihintpause",
            "zihpm",
            "zawrs",
            "zba",
            "zbb",
            "zbc",
            "zbs",
            "sstc",
            "svinval",
            "svnapot",
            "svpbmt");

    /**
     * One encoding.
     *
     * @param number its place among all encodings
     * @param op number of the instruction in {@link Ops}
     * @param encoding its bits
     * @param asm its syntax
     * @param base the syntax of the base instruction with its operands; the same as {@code asm} for 32-bit encodings
     */
    public record Row(int number, int op, Encoding encoding, String asm, String base) {
        /** The mnemonic. */
        public String mnemonic() {
            return asm.split(" ")[0];
        }

        /** The operands as the syntax has them, {@code imm(rs1)} as one. */
        String[] operandTexts() {
            int space = asm.indexOf(' ');
            return space < 0 ? new String[0] : asm.substring(space + 1).split(", ");
        }

        /** Names of the operands in order of the syntax. */
        String[] operands() {
            return operandsOf(asm);
        }
    }

    private static final Row[] BASE = new Row[Ops.COUNT];
    private static final List<Row> ALL = new ArrayList<>();
    private static final Map<String, Row> BY_MNEMONIC = new HashMap<>();
    private static final Row[][] BUCKETS = new Row[256][];

    static {
        for (int i = 0; i < Ops.ROWS.length; i++) {
            String[] row = Ops.ROWS[i];
            int op = Ops.FIRST + i;
            BASE[op] = new Row(ALL.size(), op, new Encoding(row[0]), row[1], row[1]);
            add(BASE[op]);
        }
        for (String[] row : Ops.COMPRESSED) {
            Row base = BY_MNEMONIC.get(row[2].split(" ")[0]);
            add(new Row(ALL.size(), base.op(), new Encoding(row[0]), row[1], row[2]));
        }
        fillBuckets();
    }

    private Insns() {}

    private static void add(Row row) {
        ALL.add(row);
        BY_MNEMONIC.put(row.mnemonic(), row);
    }

    /** Rows are sorted into buckets by bits 6:0, which most of them fix: a bucket lists what may match. */
    private static void fillBuckets() {
        var bySpecificity = Comparator.comparingInt(
                (Row row) -> -Integer.bitCount(row.encoding().mask()));
        for (int bucket = 0; bucket < BUCKETS.length; bucket++) {
            // 32-bit: bits 6:0. 16-bit: bits 15:13 and 1:0.
            boolean wide = (bucket & 3) == 3 && bucket < 128;
            int known = wide ? 0x7F : 0xE003;
            int value = wide ? bucket : (bucket & 3) | (bucket >> 2 & 7) << 13;
            BUCKETS[bucket] = ALL.stream()
                    .filter(row -> row.encoding().lengthBytes() == (wide ? 4 : 2))
                    .filter(row ->
                            ((row.encoding().match() ^ value) & row.encoding().mask() & known) == 0)
                    .sorted(bySpecificity)
                    .toArray(Row[]::new);
        }
    }

    /** The encoding of an instruction (upper half ignored if it is a 16-bit one), or null if it is illegal. */
    public static Row find(int bits) {
        boolean wide = (bits & 3) == 3;
        int bucket = wide ? bits & 0x7F : bits & 3 | (bits >> 13 & 7) << 2;
        for (Row row : BUCKETS[bucket]) {
            if (row.encoding().matches(wide ? bits : bits & 0xFFFF)) {
                return row;
            }
        }
        return null;
    }

    /** The 32-bit encoding of an instruction by its number. */
    public static Row base(int op) {
        return BASE[op];
    }

    /** An encoding by mnemonic, or null. */
    public static Row find(String mnemonic) {
        return BY_MNEMONIC.get(mnemonic);
    }

    /** Every encoding. */
    public static List<Row> all() {
        return List.copyOf(ALL);
    }

    /** The operand words of a line in assembly syntax. */
    static String[] operandsOf(String asm) {
        int space = asm.indexOf(' ');
        return space < 0
                ? new String[0]
                : asm.substring(space + 1).replaceFirst("^\\(", "").split("[, ()]+");
    }
}
