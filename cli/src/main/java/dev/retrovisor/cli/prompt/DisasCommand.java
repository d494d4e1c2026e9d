package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.machine.isa.Disassembler;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shows code. */
final class DisasCommand implements PromptCommand {
    private static final int USUAL_COUNT = 10;
    private static final int MOST_COUNT = 100_000;
    private static final Pattern TARGET = Pattern.compile("(?:c\\.)?(?:j|jal|b\\w+)[ ,].*?(0x[0-9a-f]{3,16})$");

    /**
     * One instruction.
     *
     * @param isNext whether it is the hart's next one
     * @param target where it goes, if it is a jump or branch
     */
    private record Line(
            boolean isNext,
            @Column(Column.Style.HEX) long address,
            String symbol,
            String bits,
            String instruction,
            String target) {
        String forPeople(int symbolPlaces) {
            String named = symbol.isEmpty() ? "" : "<" + symbol + ">";
            return "%s 0x%x  %s  %-8s  %s%s"
                    .formatted(
                            isNext ? "=>" : "  ",
                            address,
                            named + " ".repeat(Math.max(0, symbolPlaces - named.length())),
                            bits,
                            instruction,
                            target.isEmpty() ? "" : "  <" + target + ">");
        }
    }

    private record Code(List<Line> instructions) {}

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "disas",
                        Group.LOOKING,
                        "code as assembly, with the symbols that it leads to",
                        Syntax.of().takes("ADDRESS", Kind.ADDRESS).takes("COUNT", Kind.NUMBER))
                .alias("dis", "disassemble")
                .example("disas", "what the hart is about to do")
                .example("disas do_exit 20", "a function's first instructions");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        long pc = guest.machine().hart(guest.hart()).pc();
        long address = arguments.find("ADDRESS").map(guest::address).orElse(pc);
        long count = Math.min(arguments.count("COUNT", USUAL_COUNT), MOST_COUNT);
        AddressSpace space = guest.codeSpace(address);
        var lines = new ArrayList<Line>();
        byte[] bytes = new byte[4];
        for (long at = address; lines.size() < count; ) {
            int there = space.readAvailable(at, bytes, bytes.length);
            boolean isShort = (bytes[0] & 3) != 3;
            if (there < (isShort ? 2 : 4)) {
                if (lines.isEmpty()) {
                    throw new MemoryFault(at, "not mapped");
                }
                break;
            }
            int bits = bytes[0] & 0xff | (bytes[1] & 0xff) << 8 | (bytes[2] & 0xff) << 16 | bytes[3] << 24;
            String text = Disassembler.disassemble(bits, at);
            lines.add(new Line(
                    at == pc,
                    at,
                    guest.symbolAt(at),
                    isShort ? "%04x".formatted(bits & 0xffff) : "%08x".formatted(bits),
                    text,
                    target(guest, text)));
            at += isShort ? 2 : 4;
        }
        int places = lines.stream()
                .mapToInt(line -> line.symbol().length() + 2)
                .max()
                .orElse(0);
        return new Reply.Facts(
                lines.stream().map(line -> line.forPeople(places)).toList(), new Code(lines));
    }

    private static String target(Guest guest, String instruction) {
        Matcher found = TARGET.matcher(instruction);
        return found.matches()
                ? guest.symbolAt(Long.parseUnsignedLong(found.group(1).substring(2), 16))
                : "";
    }
}
