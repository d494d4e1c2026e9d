package dev.retrovisor.machine.isa;

import java.util.ArrayList;
import java.util.Arrays;
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
            return firstWord(asm);
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
    private static final Row[][] BUCKETS = new Row[128][0];

    static {
        for (int i = 0; i < Ops.ROWS.length; i++) {
            String[] row = Ops.ROWS[i];
            int op = Ops.FIRST + i;
            BASE[op] = new Row(ALL.size(), op, new Encoding(row[0]), row[1], row[1]);
            add(BASE[op]);
        }
        for (String[] row : Ops.COMPRESSED) {
            Row base = BY_MNEMONIC.get(firstWord(row[2]));
            add(new Row(ALL.size(), base.op(), new Encoding(row[0]), row[1], row[2]));
        }
    }

    private Insns() {}

    private static void add(Row row) {
        ALL.add(row);
        BY_MNEMONIC.put(row.mnemonic(), row);
        addToBuckets(row);
    }

    private static String firstWord(String asm) {
        int space = asm.indexOf(' ');
        return space < 0 ? asm : asm.substring(0, space);
    }

    /** The bucket of an instruction: 32-bit ones by bits 6:0, 16-bit ones by bits 15:13 and 1:0. */
    private static int bucket(int bits) {
        return (bits & 3) == 3 ? bits & 0x7F : bits & 3 | (bits >> 13 & 7) << 2;
    }

    /** Puts a row where instructions are that it may match; most rows fix a bucket's bits, so that this is one. */
    private static void addToBuckets(Row row) {
        int known = row.encoding().lengthBytes() == 4 ? 0x7F : 0xE003;
        int open = known & ~row.encoding().mask();
        for (int bits = open; ; bits = bits - 1 & open) {
            int bucket = bucket(row.encoding().match() | bits);
            BUCKETS[bucket] = inserted(BUCKETS[bucket], row);
            if (bits == 0) {
                return;
            }
        }
    }

    /** Rows with more fixed bits stand first. */
    private static Row[] inserted(Row[] rows, Row row) {
        Row[] more = Arrays.copyOf(rows, rows.length + 1);
        int at = rows.length;
        for (; at > 0 && fixedBits(more[at - 1]) < fixedBits(row); at--) {
            more[at] = more[at - 1];
        }
        more[at] = row;
        return more;
    }

    private static int fixedBits(Row row) {
        return Integer.bitCount(row.encoding().mask());
    }

    /** The encoding of an instruction (upper half ignored if it is a 16-bit one), or null if it is illegal. */
    public static Row find(int bits) {
        int used = (bits & 3) == 3 ? bits : bits & 0xFFFF;
        for (Row row : BUCKETS[bucket(bits)]) {
            if (row.encoding().matches(used)) {
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
        var operands = new ArrayList<String>();
        int start = asm.indexOf(' ') + 1;
        for (int end = start; start > 0 && end <= asm.length(); end++) {
            if (end == asm.length() || " ,()".indexOf(asm.charAt(end)) >= 0) {
                if (end > start) {
                    operands.add(asm.substring(start, end));
                }
                start = end + 1;
            }
        }
        return operands.toArray(new String[0]);
    }
}
