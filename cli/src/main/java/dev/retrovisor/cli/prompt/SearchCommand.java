package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.expression.Value;
import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.UserMemory;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;

/** Looks for bytes, a text or a number: in memory now, or at one place over time. */
final class SearchCommand implements PromptCommand {
    private static final long USUAL_MOST = 100;

    /** @param around what lies there, printable bytes as they are */
    private record Found(@Column(Column.Style.HEX) long address, String symbol, String around) {}

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "search",
                        Group.LOOKING,
                        "find bytes, a text or a number: in memory here, or at one address over time",
                        Syntax.of()
                                .needsOneOf("KIND", "text", "bytes", "value")
                                .needs("WHAT", Kind.ADDRESS)
                                .option("in", "physical|kernel|PROCESS", Kind.PROCESS)
                                .option("length", "BYTES", Kind.NUMBER)
                                .option("most", "N", Kind.NUMBER)
                                .option("at", "ADDRESS", Kind.ADDRESS)
                                .flag("first")
                                .flag("last"))
                .example("search text \"root:x:\"", "in all of RAM, by physical address")
                .example("search bytes 7f454c46 in sh", "in a process; 'in kernel' by the kernel's addresses")
                .example("search value &init_task in kernel", "who points there; a number of 8 bytes, or 'length 4'")
                .example(
                        "search value 0 at &current->exit_code last",
                        "when that was last 0; 'first' for the first time");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        byte[] pattern = pattern(guest, arguments);
        if (arguments.has("at")) {
            return new SearchInTime(session, pattern).run(arguments);
        }
        if (arguments.has("first") || arguments.has("last")) {
            throw new UserMistake("first and last are moments: add 'at ADDRESS', where it is to stand");
        }
        long most = arguments.count("most", USUAL_MOST);
        String where = arguments.find("in").orElse("physical");
        var found = new ArrayList<Found>();
        var search = new MemorySearch(pattern, most, session::isCancelled);
        switch (where) {
            case "physical" ->
                search.physical(guest.view().memory())
                        .forEach(hit -> found.add(new Found(hit.address(), "", text(hit.around()))));
            case "kernel" ->
                search.mapped(
                                guest.startedKernel().space(),
                                kernelStart(guest.kernel().space()),
                                0)
                        .forEach(hit ->
                                found.add(new Found(hit.address(), guest.symbolAt(hit.address()), text(hit.around()))));
            default -> {
                Task task = guest.process(where);
                AddressSpace space = task.memory()
                        .map(UserMemory::space)
                        .orElseThrow(() -> new UserMistake("'%s' has no memory of its own".formatted(where)));
                search.mapped(space, 0, userEnd(space))
                        .forEach(hit -> found.add(new Found(hit.address(), "", text(hit.around()))));
            }
        }
        if (found.size() >= most) {
            session.output().note("the first %,d; 'most N' shows more".formatted(most));
        }
        return Reply.rows(Found.class, found, "(nothing)");
    }

    private static long kernelStart(AddressSpace space) {
        return -1L << 11 + 9 * space.levels();
    }

    private static long userEnd(AddressSpace space) {
        return 1L << 11 + 9 * space.levels();
    }

    private static byte[] pattern(Guest guest, Arguments arguments) {
        String what = arguments.get("WHAT");
        byte[] pattern = switch (arguments.get("KIND")) {
            case "text" -> unquoted(what).getBytes(StandardCharsets.UTF_8);
            case "bytes" -> bytes(unquoted(what));
            default -> number(guest, what, arguments.count("length", Long.BYTES));
        };
        if (pattern.length == 0) {
            throw new UserMistake("nothing to look for");
        }
        return pattern;
    }

    private static String unquoted(String text) {
        boolean isQuoted = text.length() > 1
                && (text.startsWith("\"") && text.endsWith("\"") || text.startsWith("'") && text.endsWith("'"));
        return isQuoted ? text.substring(1, text.length() - 1) : text;
    }

    private static byte[] bytes(String digits) {
        try {
            return HexFormat.of().parseHex(digits.replaceAll("^0x|[ :_]", ""));
        } catch (IllegalArgumentException e) {
            throw new UserMistake(
                    "'%s' are no bytes: write two hexadecimal digits each, as 7f454c46".formatted(digits), e);
        }
    }

    private static byte[] number(Guest guest, String text, long length) {
        if (length != 1 && length != 2 && length != 4 && length != 8) {
            throw new UserMistake("length %,d: a number has 1, 2, 4 or 8 bytes".formatted(length));
        }
        Value value = guest.evaluate(text);
        long number = switch (value) {
            case Value.Plain plain -> plain.bits();
            case Value.Place place -> guest.evaluator().memory().number(place).orElse(place.address());
            case Value.Text _ -> throw new UserMistake("a text: search text " + text);
        };
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array();
        return Arrays.copyOf(bytes, (int) length);
    }

    private static String text(byte[] bytes) {
        var text = new StringBuilder();
        for (byte each : bytes) {
            text.append(each >= ' ' && each < 0x7f && each != '\\' ? (char) each : '.');
        }
        return text.toString();
    }
}
