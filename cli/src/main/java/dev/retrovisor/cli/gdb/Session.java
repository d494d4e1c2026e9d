package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.symbols.MissingSymbolException;
import dev.retrovisor.introspect.types.MissingTypeException;
import dev.retrovisor.replayer.ReplayException;
import dev.retrovisor.replayer.timeline.DivergedException;
import dev.retrovisor.traces.TraceFormatException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** One client's conversation, from its first packet to its last. */
final class Session {
    private static final String SEPARATORS = ":;,?";

    private final Target target;
    private final Connection connection;
    private final Consumer<String> log;
    private final Map<String, PacketGroup.Answer> answers = new HashMap<>();
    private long generalThread = ThreadId.ANY;
    private long motionThread = ThreadId.ANY;
    private boolean isOver;

    /** @param log takes a line for the person at the server */
    Session(Target target, Monitor monitor, Connection connection, Consumer<String> log) {
        this.target = target;
        this.connection = connection;
        this.log = log;
        var groups = List.of(
                new GeneralPackets(this),
                new ThreadPackets(this),
                new RegisterPackets(this),
                new MemoryPackets(this),
                new BreakpointPackets(this),
                new MotionPackets(this),
                new TransferPackets(this, monitor),
                new FilePackets(target),
                new MonitorPackets(this, monitor));
        for (PacketGroup group : groups) {
            group.rows().forEach(row -> answers.put(row.name(), row.answer()));
        }
    }

    /** Answers packets until the client leaves; all breakpoints are gone then. */
    void run() throws InterruptedException {
        try {
            while (!isOver) {
                Optional<String> packet = connection.next();
                if (packet.isEmpty()) {
                    return;
                }
                connection.send(answer(packet.get()));
            }
        } finally {
            target.removeAll();
        }
    }

    private String answer(String packet) {
        String name = name(packet);
        PacketGroup.Answer answer = answers.get(name);
        if (answer == null) {
            return PacketGroup.UNSUPPORTED;
        }
        try {
            return answer.to(packet.substring(name.length()));
        } catch (GdbError | MemoryFault | MissingTypeException | MissingSymbolException | ReplayException e) {
            return error(e.getMessage());
        } catch (DivergedException | TraceFormatException e) {
            log.accept(e.getMessage());
            return error(e.getMessage());
        } catch (RuntimeException e) {
            log.accept("a bug in Retrovisor, met in answering '%s': %s at %s"
                    .formatted(name, e, e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0]));
            return error(e.toString());
        }
    }

    private static String name(String packet) {
        if (packet.isEmpty()) {
            return packet;
        }
        return switch (packet.charAt(0)) {
            case 'b' -> packet;
            case 'v' -> packet.startsWith("vFile:") ? "vFile:" + word(packet.substring(6)) : word(packet);
            case 'q', 'Q' -> packet.startsWith("qXfer:") ? "qXfer:" : word(packet);
            default -> packet.substring(0, 1);
        };
    }

    private static String word(String text) {
        int end = 0;
        while (end < text.length() && SEPARATORS.indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(0, end);
    }

    /** An error with words, which gdb shows; without what has a meaning in packets. */
    static String error(String message) {
        return "E." + String.valueOf(message).replaceAll("[^ -~]+", " ").replaceAll("[#$*}]", "?");
    }

    Target target() {
        return target;
    }

    Connection connection() {
        return connection;
    }

    /** The client goes; what it is answered now is the last. */
    void end() {
        isOver = true;
    }

    void setGeneralThread(long thread) {
        generalThread = thread;
    }

    void setMotionThread(long thread) {
        motionThread = thread;
    }

    /** The thread that registers and memory are asked of. */
    long thread() {
        return generalThread > 0 ? generalThread : target.stoppedThread();
    }

    /** The thread that steps, where a packet does not say. */
    long motionThread() {
        return motionThread > 0 ? motionThread : thread();
    }

    /** A thread's number as packets have it. */
    String idText(long thread) {
        var process = target.process();
        return process.isPresent() ? "p%x.%x".formatted(process.getAsInt(), thread) : Long.toHexString(thread);
    }
}
