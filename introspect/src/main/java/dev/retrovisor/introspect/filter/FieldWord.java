package dev.retrovisor.introspect.filter;

import dev.retrovisor.introspect.event.GuestEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The words for fields that all kinds of events share, as sysdig has them where it does. */
public enum FieldWord {
    PROC_NAME("proc.name", "name of the thread (comm)", event -> event.at().comm()),
    PROC_PID("proc.pid", "process number", event -> event.at().pid()),
    PROC_PPID("proc.ppid", "number of the parent process", named("proc.ppid", "ppid")),
    THREAD_TID("thread.tid", "thread number", event -> event.at().tid()),
    EVT_STREAM("evt.stream", "stream: process, syscall, ipc, memory", GuestEvent::stream),
    EVT_TYPE("evt.type", "what happened, in a word: exec, openat, pipe", GuestEvent::type),
    EVT_SUMMARY("evt.summary", "the line for people", GuestEvent::summary),
    EVT_TIME(
            "evt.time",
            "virtual time since power-on, in nanoseconds",
            event -> event.at().virtualNanos()),
    EVT_STEP("evt.step", "steps that the machine had made", event -> event.at().step()),
    EVT_NUM(
            "evt.num",
            "the same: an event's number, as sysdig calls it",
            event -> event.at().step()),
    EVT_CPU("evt.cpu", "hart", event -> event.at().hart()),
    EVT_DURATION("evt.duration", "how long it took, in nanoseconds", named("evt.duration", "durationNanos")),
    EVT_RES("evt.res", "result in words: SUCCESS or the error's name", FieldWord::resultWord),
    EVT_RAWRES("evt.rawres", "result as a number", named("evt.rawres", "result")),
    EVT_FAILED("evt.failed", "whether it failed", FieldWord::failed),
    EVT_ARGS("evt.args", "all arguments", named("evt.args", "arguments")),
    FD_NAME("fd.name", "path, address or kind of a file descriptor", named("fd.name", "fdName", "path")),
    FD_NUM("fd.num", "file descriptor", named("fd.num", "fdNumber", "fd")),
    FD_TYPE("fd.type", "kind of file: file, pipe, unix, ipv4", named("fd.type", "fdType")),
    CONTAINER_ID("container.id", "container", named("container.id", "containerId"));

    /** What stands before the name of an argument. */
    static final String ARGUMENT = "evt.arg.";

    private final String word;
    private final String summary;
    private final Function<GuestEvent, Object> value;

    FieldWord(String word, String summary, Function<GuestEvent, Object> value) {
        this.word = word;
        this.summary = summary;
        this.value = value;
    }

    /** As the user types it. */
    public String word() {
        return word;
    }

    /** One line, without a full stop. */
    public String summary() {
        return summary;
    }

    /** What an event has there, or null. */
    Object of(GuestEvent event) {
        return value.apply(event);
    }

    static Optional<FieldWord> named(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(FieldWord::word).toList();
    }

    /** What the event itself says of a word, else the first component that it has. */
    private static Function<GuestEvent, Object> named(String word, String... components) {
        return event -> {
            Object said = event.fact(word).orElse(null);
            for (int i = 0; said == null && i < components.length; i++) {
                said = Components.of(event, components[i]);
            }
            return said;
        };
    }

    private static Object resultWord(GuestEvent event) {
        Object said = event.fact("evt.res").orElse(null);
        if (said != null) {
            return said;
        }
        Object error = Components.of(event, "error");
        if (error != null && !error.toString().isEmpty()) {
            return error;
        }
        return Components.of(event, "result") == null ? null : "SUCCESS";
    }

    private static Object failed(GuestEvent event) {
        Object result = resultWord(event);
        return result == null ? null : !result.equals("SUCCESS");
    }
}
