package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The arguments and the environment of a process, as they lie in its memory now: it may have changed them. */
public final class CommandLine {
    /** More than {@code execve} takes by default. */
    private static final int MOST_BYTES = 8 << 20;

    private final Task task;

    CommandLine(Task task) {
        this.task = task;
    }

    /** What {@code /proc/PID/cmdline} holds; empty for threads of the kernel and the dead. */
    public byte[] bytes() {
        return task.mm().map(this::bytes).orElse(new byte[0]);
    }

    private byte[] bytes(KernelObject mm) {
        long start = mm.get("arg_start");
        long end = mm.get("arg_end");
        var memory = new UserMemory(task.kernel(), mm);
        byte[] arguments = region(memory, start, end);
        if (arguments.length == 0 || arguments.length < end - start || arguments[arguments.length - 1] == 0) {
            return arguments;
        }
        // A process that overwrites its arguments, and needs more room, goes on into its environment: the kernel shows
        // the text up to the first NUL then, at most a page of it.
        byte[] page = memory.readAvailable(start, AddressSpace.PAGE_BYTES);
        int length = 0;
        while (length < page.length && page[length] != 0) {
            length++;
        }
        return Arrays.copyOf(page, Math.min(length + 1, page.length));
    }

    /** The arguments; the first is the program's name for itself. */
    public List<String> arguments() {
        return strings(bytes());
    }

    /** The environment's strings, {@code NAME=value} as a rule. */
    public List<String> environment() {
        return strings(environmentBytes());
    }

    /** What {@code /proc/PID/environ} holds. */
    public byte[] environmentBytes() {
        return task.mm()
                .map(mm -> region(new UserMemory(task.kernel(), mm), mm.get("env_start"), mm.get("env_end")))
                .orElse(new byte[0]);
    }

    /** The path of the program's file; empty for threads of the kernel and the dead. */
    public Optional<String> program() {
        return task.mm()
                .flatMap(mm -> mm.follow("exe_file"))
                .map(file -> new Paths(task.kernel()).ofFile(file).toString());
    }

    private static byte[] region(UserMemory memory, long start, long end) {
        long length = Math.clamp(end - start, 0, MOST_BYTES);
        return start == 0 ? new byte[0] : memory.readAvailable(start, (int) length);
    }

    private static List<String> strings(byte[] bytes) {
        var strings = new ArrayList<String>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                strings.add(new String(bytes, start, i - start, StandardCharsets.UTF_8));
                start = i + 1;
            }
        }
        if (start < bytes.length) {
            strings.add(new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8));
        }
        return strings;
    }
}
