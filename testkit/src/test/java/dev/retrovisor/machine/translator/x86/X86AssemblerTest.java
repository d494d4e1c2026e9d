package dev.retrovisor.machine.translator.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encodings of host instructions against binutils; here, and not in the module of the assembler, because of that tool. */
final class X86AssemblerTest {
    /** Stands behind each case: shows where it ends. */
    private static final byte NOP = (byte) 0x90;

    private static final int SHOWN = 20;

    /** Methods of the assembler that encode nothing. */
    private static final Set<String> ACCESSORS =
            Set.of("clear", "length", "bytes", "encode", "encodeByte", "vex", "put", "putInt");

    /** An address, then an instruction; an operand that is an address may have a remark behind it. */
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\s+([^#]*).*");

    private static final Pattern SPACES = Pattern.compile("\\s+");

    @TempDir
    private Path folder;

    @Test
    void everyInstructionIsEncodedAsBinutilsReadsIt() throws IOException {
        List<X86Cases.Case> cases = X86Cases.all();
        int[] ends = new int[cases.size()];
        Map<Integer, String> found = disassemble(encode(cases, ends));
        var differences = new ArrayList<String>();
        int start = 0;
        for (int i = 0; i < cases.size(); i++) {
            X86Cases.Case tested = cases.get(i);
            String expected = addressed(String.join("; ", tested.expected()), start);
            String decoded = decoded(found, start, ends[i]);
            if (!expected.equals(decoded)) {
                differences.add("%s: expected '%s', found '%s'".formatted(tested.method(), expected, decoded));
            }
            start = ends[i] + 1;
        }
        assertEquals(
                List.of(),
                differences.subList(0, Math.min(SHOWN, differences.size())),
                () -> "%d of %d encodings".formatted(differences.size(), cases.size()));
    }

    @Test
    void everyMethodIsAmongTheCases() {
        Set<String> encoding = Stream.of(X86Assembler.class, X86Encoding.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> !Modifier.isPrivate(method.getModifiers()))
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> !ACCESSORS.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> tested =
                X86Cases.all().stream().map(X86Cases.Case::method).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(encoding, tested);
    }

    @Test
    void aShortJumpReaches127Bytes() {
        var a = new X86Assembler();
        int jump = a.jumpShort();
        for (int i = 0; i < 127; i++) {
            a.ret();
        }
        a.bindShort(jump);
        assertEquals(127, a.bytes()[1]);
        a.ret();
        assertThrows(IllegalStateException.class, () -> a.bindShort(jump));
    }

    /** All cases, one behind the other with a {@link #NOP} in between; fills {@code ends} with where each ends. */
    private static byte[] encode(List<X86Cases.Case> cases, int[] ends) {
        var image = new ByteArrayOutputStream();
        var a = new X86Assembler();
        for (int i = 0; i < cases.size(); i++) {
            a.clear();
            cases.get(i).encode().accept(a);
            image.write(a.bytes(), 0, a.length());
            ends[i] = image.size();
            image.write(NOP);
        }
        return image.toByteArray();
    }

    /** The instructions that lie in some bytes; says so if the last one does not end with them. */
    private static String decoded(Map<Integer, String> found, int start, int end) {
        var texts = new ArrayList<String>();
        for (int at = start; at < end; at++) {
            if (found.containsKey(at)) {
                texts.add(found.get(at));
            }
        }
        if (!"nop".equals(found.get(end))) {
            texts.add("not in the %d bytes encoded".formatted(end - start));
        }
        return String.join("; ", texts);
    }

    private static String addressed(String expected, int start) {
        return Pattern.compile("@(\\d+)")
                .matcher(expected)
                .replaceAll(match -> "0x" + Integer.toHexString(start + Integer.parseInt(match.group(1))));
    }

    /** The text of each instruction by its address. */
    private Map<Integer, String> disassemble(byte[] image) throws IOException {
        Path file = folder.resolve("code");
        Files.write(file, image);
        Process process = new ProcessBuilder(
                        "x86_64-linux-gnu-objdump",
                        "-D",
                        "-z",
                        "-b",
                        "binary",
                        "-m",
                        "i386:x86-64",
                        "-M",
                        "intel",
                        "--no-show-raw-insn",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var found = new HashMap<Integer, String>();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher parts = LINE.matcher(line);
                if (parts.matches()) {
                    found.put(Integer.parseInt(parts.group(1), 16), normal(parts.group(2)));
                }
            }
        }
        return found;
    }

    /** One space behind the mnemonic, and no word about a prefix that only makes byte registers the new ones. */
    private static String normal(String text) {
        return SPACES.matcher(text.strip()).replaceAll(" ").replaceFirst("^rex ", "");
    }
}
