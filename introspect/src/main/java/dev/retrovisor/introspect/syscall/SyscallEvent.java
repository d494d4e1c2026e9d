package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.event.Lasting;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.inspect.Column;
import java.util.List;

/**
 * One system call. It happens when it returns; one that never does, when it is made; one that has not yet when the watch
 * ends, then.
 *
 * @param nr its number
 * @param args in the order in which strace writes them; put into words when they are asked for
 * @param result what it returned; 0 if it did not
 * @param returned the same in words, as strace has it: {@code 3</etc/passwd>}, {@code -1 ENOENT}, {@code ?}
 * @param error the name of the error, or empty if there was none
 * @param startNanos when it was made
 * @param fd the file descriptor that it works on, or has made; -1 if there is none
 * @param fdName what that is, without brackets; empty if there is none
 * @param isFinished whether it returned
 */
public record SyscallEvent(
        Moment at,
        String name,
        int nr,
        List<Argument> args,
        long result,
        String returned,
        String error,
        @Column(Column.Style.NANOS) long startNanos,
        @Column(Column.Style.NANOS) long durationNanos,
        int fd,
        String fdName,
        boolean isFinished)
        implements Lasting {
    private static final long NANOS = 1_000_000_000;
    private static final int NANOS_A_MICRO = 1000;

    @Override
    public String stream() {
        return "syscall";
    }

    @Override
    public String type() {
        return name;
    }

    /** The line that strace has for it, with the time that it took. */
    @Override
    public String summary() {
        var line = new StringBuilder(128).append(name).append('(');
        String separator = "";
        for (Argument argument : args) {
            line.append(separator).append(argument.text());
            separator = ", ";
        }
        if (!isFinished && !returned.equals("?")) {
            return line.append(" <unfinished ...>").toString();
        }
        line.append(") = ").append(returned);
        if (isFinished) {
            line.append(" <%d.%06d>".formatted(durationNanos / NANOS, durationNanos % NANOS / NANOS_A_MICRO));
        }
        return line.toString();
    }
}
