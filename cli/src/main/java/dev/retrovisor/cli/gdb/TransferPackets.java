package dev.retrovisor.cli.gdb;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code qXfer}: things that gdb reads in pieces. */
final class TransferPackets implements PacketGroup {
    private static final int MOST_BYTES = Packets.MOST_BYTES / 2;

    /**
     * All of the address space is memory: an address is what the page tables make of it. In two halves, since gdb has
     * no number for all.
     */
    private static final String MEMORY_MAP = """
            <?xml version="1.0"?>
            <!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" "http://sourceware.org/gdb/gdb-memory-map.dtd">
            <memory-map>
            <memory type="ram" start="0x0" length="0x8000000000000000"/>
            <memory type="ram" start="0x8000000000000000" length="0x8000000000000000"/>
            </memory-map>
            """;

    private final Session session;
    private final Monitor monitor;

    /** What was asked for last: it is read in pieces, all of one moment. */
    private String lastAsked = "";

    private byte[] last = {};

    TransferPackets(Session session, Monitor monitor) {
        this.session = session;
        this.monitor = monitor;
    }

    @Override
    public List<Row> rows() {
        return List.of(new Row("qXfer:", this::read));
    }

    /** {@code OBJECT:read:ANNEX:OFFSET,LENGTH}. */
    private String read(String arguments) {
        String[] parts = arguments.split(":", -1);
        if (parts.length < 4 || !parts[1].equals("read")) {
            return UNSUPPORTED;
        }
        String[] range = parts[parts.length - 1].split(",", -1);
        if (range.length != 2) {
            throw new GdbError("qXfer: from where, and how much?");
        }
        int offset = Hex.number(range[0], Integer.MAX_VALUE);
        int length = Math.min(Hex.number(range[1], Integer.MAX_VALUE), MOST_BYTES);
        String asked = parts[0] + ":" + parts[2];
        if (offset == 0 || !asked.equals(lastAsked)) {
            Optional<byte[]> found = find(parts[0], parts[2]);
            if (found.isEmpty()) {
                return UNSUPPORTED;
            }
            last = found.get();
            lastAsked = asked;
        }
        int from = Math.min(offset, last.length);
        int end = Math.min(last.length, from + length);
        return (end == last.length ? "l" : "m") + Packets.escaped(Arrays.copyOfRange(last, from, end));
    }

    private Optional<byte[]> find(String object, String annex) {
        Target target = session.target();
        return switch (object) {
            case "features" -> {
                if (!annex.equals("target.xml")) {
                    throw new GdbError("no such file: " + annex);
                }
                yield text(TargetDescription.of(target.registers(), target.osAbi()));
            }
            case "memory-map" -> text(MEMORY_MAP);
            case "threads" -> text(threads(target));
            case "exec-file" ->
                text(target.program()
                        .orElseThrow(() -> new GdbError("no program is known here: no Linux runs here yet")));
            case "osdata" -> text(monitor.osData(annex));
            case "auxv" -> target.auxiliaryVector();
            case "libraries-svr4" -> target.libraries().flatMap(TransferPackets::text);
            default -> Optional.empty();
        };
    }

    private String threads(Target target) {
        var xml = new StringBuilder("<?xml version=\"1.0\"?>\n<threads>\n");
        for (Target.Thread each : target.threads()) {
            xml.append("<thread id=\"%s\"".formatted(session.idText(each.id())));
            each.core().ifPresent(core -> xml.append(" core=\"%d\"".formatted(core)));
            xml.append(" name=\"%s\">%s</thread>\n".formatted(XmlText.of(each.name()), XmlText.of(each.about())));
        }
        return xml.append("</threads>\n").toString();
    }

    private static Optional<byte[]> text(String text) {
        return Optional.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
