package dev.retrovisor.introspect.inspect;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.KernelLog;
import java.util.List;
import java.util.stream.Stream;

/** The kernel's log. */
final class LogLines implements Inspection<LogLines.Row> {
    private static final List<String> LEVELS =
            List.of("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug");

    /** Those of syslog; the kernel's own lines are of the first. */
    private static final List<String> FACILITIES = List.of(
            "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp");

    /**
     * @param nanos since boot by the guest's clock
     * @param caller {@code T1} for a thread, {@code C0} for a processor in an interrupt
     * @param continued whether the line may go on in the next
     * @param device what it is about
     */
    record Row(
            long sequence,
            @Column(Column.Style.NANOS) long nanos,
            String facility,
            String level,
            String caller,
            boolean continued,
            String device,
            String text) {}

    @Override
    public String name() {
        return "kmsg";
    }

    @Override
    public String summary() {
        return "the kernel's log";
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public Stream<Row> run(KernelView kernel, Scope scope) {
        return kernel.tolerate(name(), () -> new KernelLog(kernel)).stream()
                .flatMap(KernelLog::lines)
                .map(line -> new Row(
                        line.sequence(),
                        line.nanos(),
                        word(FACILITIES, line.facility()),
                        word(LEVELS, line.level()),
                        line.caller(),
                        line.isContinued(),
                        line.device(),
                        line.text()));
    }

    private static String word(List<String> words, int number) {
        return number < words.size() ? words.get(number) : Integer.toString(number);
    }
}
