package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.syscall.SocketKinds.Vector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** All kinds by the names that the tables use. */
final class Kinds {
    private static final Pattern COUNTED = Pattern.compile("(&?)(\\w+)\\(([*\\w]+)\\)");
    private static final Pattern ARRAY = Pattern.compile("([a-z]+)(\\d+)");
    private static final String TEXT = "text";

    private final Uapi uapi;
    private final Map<String, Kind> simple = new LinkedHashMap<>();
    private final Map<String, Function<Count, Kind>> counted = new LinkedHashMap<>();

    Kinds(Uapi uapi) {
        this.uapi = uapi;
        for (Scalar scalar : Scalar.values()) {
            simple.put(scalar.word(), scalar);
        }
        addFiles();
        addSignals();
        addSockets();
        addBuffers();
        Uapi.lines("structs.txt").forEach(this::addStructure);
        simple.put("remaining", new FileKinds.TimeLeft(parse("&timespec", List.of())));
    }

    private void addFiles() {
        var mode = new FileKinds.Mode(uapi.set("file_types"), Integer.BYTES);
        simple.put("fd", new FileKinds.Descriptor(false));
        simple.put("dirfd", new FileKinds.Descriptor(true));
        simple.put("file_mode", mode);
        simple.put("access_mode", new FileKinds.Access(uapi.set("access")));
        simple.put("stat", new FileKinds.Stat(mode));
        simple.put(
                "ioctl_commands",
                new ProcessKinds.Command(
                        List.of(uapi.set("ioctls"), uapi.set("socket_ioctls"), uapi.set("file_ioctls"))));
        counted.put("pollfds", count -> new FileKinds.Polled(count, uapi.set("poll")));
        for (String word : List.of("in", "out", "except")) {
            counted.put("fdset_" + word, count -> new FileKinds.Selected(count, word));
        }
    }

    private void addSignals() {
        var signals = new SignalKinds(uapi);
        Kind number = signals.new Number(Integer.BYTES);
        simple.put("signals", number);
        simple.put("clone_flags", new SignalKinds.CloneFlags(uapi, signals));
        simple.put("sigset", signals.new Set());
        simple.put("sigaction_t", signals.new Action());
        simple.put("siginfo", signals.new Info());
        simple.put("sigevent_t", signals.new Notification());
        simple.put("wait_status", new ProcessKinds.WaitStatus(number));
    }

    private void addSockets() {
        var sockets = new SocketKinds(uapi);
        simple.put("socklen", new SocketKinds.Length());
        simple.put("msghdr", sockets.message());
        simple.put("received_msghdr", sockets.receivedMessage());
        counted.put("sockaddr", sockets::address);
        counted.put("mmsghdr", sockets::messages);
        counted.put("iovec", count -> new Vector(count, Vector.Content.WRITTEN));
        counted.put("read_iovec", count -> new Vector(count, Vector.Content.READ));
        counted.put("iovec_ranges", count -> new Vector(count, Vector.Content.RANGES));
    }

    private void addBuffers() {
        simple.put("path", new Buffers.Text(CallText.MOST_PATH_BYTES));
        simple.put("str", new Buffers.Text(CallText.MOST_STRING_BYTES));
        simple.put("strings", new Pointers.Strings());
        simple.put("environment", new Pointers.Environment());
        counted.put("bytes", Buffers.Bytes::new);
        counted.put("octets", Buffers.Octets::new);
        counted.put("option", Buffers.Option::new);
        counted.put("msgbuf", Buffers.Message::new);
        counted.put("dirents", Buffers.Entries::new);
        counted.put("cpuset", Buffers.Processors::new);
    }

    private void addStructure(String line) {
        String[] words = line.split(" ");
        boolean isShortened = words[words.length - 1].equals("...");
        List<Structure.Member> members = new ArrayList<>();
        long offset = 0;
        int alignment = 1;
        for (String word : List.of(words).subList(1, isShortened ? words.length - 1 : words.length)) {
            int colon = word.indexOf(':');
            Kind kind = parse(word.substring(colon + 1), List.of());
            int aligned = Math.max(1, kind.alignmentBytes());
            offset = offset + aligned - 1 & -aligned;
            members.add(new Structure.Member(word.substring(0, colon), offset, kind));
            offset += kind.sizeBytes();
            alignment = Math.max(alignment, aligned);
        }
        int size = (int) (offset + alignment - 1 & -alignment);
        simple.put(words[0], new Structure(members, size, alignment, isShortened));
    }

    /**
     * A kind by its words in the tables.
     *
     * @param parameters the names of the call's parameters, by register
     */
    Kind parse(String words, List<String> parameters) {
        if (words.startsWith(">")) {
            return new Pointers.Filled(parse(words.substring(1), parameters));
        }
        Matcher withCount = COUNTED.matcher(words);
        if (withCount.matches()) {
            Count count = Count.parse(withCount.group(3), parameters);
            if (withCount.group(1).isEmpty()) {
                return found(counted.get(withCount.group(2)), words).apply(count);
            }
            return new Pointers.ToMany(named(withCount.group(2)), count);
        }
        return words.startsWith("&") ? new Pointers.ToOne(named(words.substring(1))) : named(words);
    }

    private Kind named(String words) {
        Kind kind = simple.get(words);
        if (kind != null) {
            return kind;
        }
        int slash = words.indexOf('/');
        String name = slash < 0 ? words : words.substring(0, slash);
        int sizeBytes = slash < 0 ? Integer.BYTES : Integer.parseInt(words.substring(slash + 1));
        if (name.equals("signals")) {
            return new SignalKinds(uapi).new Number(sizeBytes);
        }
        if (name.equals("file_mode")) {
            return new FileKinds.Mode(uapi.set("file_types"), sizeBytes);
        }
        if (name.equals("octal")) {
            return new Wide(Scalar.OCTAL, sizeBytes);
        }
        if (uapi.find(name).isPresent()) {
            return new Named(uapi.set(name), sizeBytes);
        }
        Matcher array = ARRAY.matcher(words);
        if (!array.matches()) {
            throw new IllegalArgumentException("unknown kind " + words);
        }
        int count = Integer.parseInt(array.group(2));
        return array.group(1).equals(TEXT)
                ? new Buffers.TextArray(count)
                : new Numbers(found(simple.get(array.group(1)), words), count);
    }

    private static <T> T found(T kind, String words) {
        if (kind == null) {
            throw new IllegalArgumentException("unknown kind " + words);
        }
        return kind;
    }

    /** The names that a line's condition on a kind may use. */
    NameSet namesOf(String words) {
        return words.equals("clone_flags") ? uapi.set("clone") : uapi.set(words);
    }

    /** All names of kinds. */
    Stream<String> names() {
        return Stream.concat(simple.keySet().stream(), counted.keySet().stream());
    }

    /** The same kind with another width in memory. */
    private record Wide(Kind kind, int sizeBytes) implements Kind {
        @Override
        public Phase phase() {
            return kind.phase();
        }

        @Override
        public void write(CallText out, long value) {
            kind.write(out, value);
        }
    }

    /** An array within a structure. */
    private record Numbers(Kind kind, int count) implements Kind {
        @Override
        public int sizeBytes() {
            return kind.sizeBytes() * count;
        }

        @Override
        public int alignmentBytes() {
            return kind.alignmentBytes();
        }

        @Override
        public void write(CallText out, long value) {
            writeAt(out, value);
        }

        @Override
        public void writeAt(CallText out, long address) {
            out.append("[");
            for (int i = 0; i < count; i++) {
                out.append(i == 0 ? "" : ", ");
                kind.writeAt(out, address + (long) i * kind.sizeBytes());
            }
            out.append("]");
        }
    }
}
