package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.NearWords;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.syscall.SystemCallNumbers;
import dev.retrovisor.introspect.tracepoint.Tracepoint;
import dev.retrovisor.introspect.tracepoint.Tracepoints;
import dev.retrovisor.machine.probe.Probes;
import dev.retrovisor.replayer.timeline.Trigger;
import dev.retrovisor.replayer.timeline.Triggers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Stops at what happens: traps, interrupts, system calls, processes, console text. */
final class CatchCommand implements PromptCommand {
    private static final int A7 = 17;

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "catch",
                        Group.STOPPING,
                        "stop at a trap, an interrupt, a system call, a process event or console text",
                        StopFilter.options(Syntax.of()
                                .needsOneOf("WHAT", "trap", "interrupt", "syscall", "fork", "exec", "exit", "console")
                                .takes("NAME|TEXT", Kind.TEXT)))
                .example("catch syscall openat process sh", "system calls, all or one by name")
                .example("catch exec", "where a program is executed; also fork and exit")
                .example("catch trap store-page-fault", "an exception by name or code")
                .example("catch interrupt timer", "an interrupt by name or code")
                .example("catch console \"login:\"", "where the first console shows a text");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        Optional<String> name = arguments.find("NAME|TEXT");
        StopFilter filter = StopFilter.of(guest, arguments);
        Trigger trigger = trigger(guest, arguments.get("WHAT"), name, filter);
        String what = arguments.get("WHAT") + name.map(text -> " " + text).orElse("") + filter.words();
        return StopList.added(session, "catchpoint", what, trigger, filter);
    }

    private static Trigger trigger(Guest guest, String what, Optional<String> name, StopFilter filter) {
        return switch (what) {
            case "trap" ->
                Triggers.trap(name.map(TrapNames::exception).orElse(Probes.ALL), 0, hit -> filter.takes(hit.hart()));
            case "interrupt" ->
                Triggers.trap(0, name.map(TrapNames::interrupt).orElse(Probes.ALL), hit -> filter.takes(hit.hart()));
            case "syscall" -> syscall(name, filter);
            case "fork" -> tracepoint(guest, name, "task_newtask", filter);
            case "exec" -> tracepoint(guest, name, "sched_process_exec", filter);
            case "exit" -> tracepoint(guest, name, "sched_process_exit", filter);
            default -> console(name);
        };
    }

    private static Trigger syscall(Optional<String> name, StopFilter filter) {
        if (name.isEmpty()) {
            return Triggers.trap(Probes.SYSTEM_CALLS, 0, hit -> filter.takes(hit.hart()));
        }
        long number = number(name.get());
        return Triggers.trap(
                Probes.SYSTEM_CALLS,
                0,
                hit -> hit.machine().hart(hit.hart()).x(A7) == number && filter.takes(hit.hart()));
    }

    private static long number(String name) {
        if (name.matches("[0-9]{1,9}")) {
            return Long.parseLong(name);
        }
        var calls = new SystemCallNumbers();
        OptionalLong number = calls.find(name);
        return number.orElseThrow(() ->
                new UserMistake("there is no system call '%s'%s".formatted(name, NearWords.hint(name, calls.names()))));
    }

    /** The kernel comes by a tracepoint whether or not it is switched on. */
    private static Trigger tracepoint(Guest guest, Optional<String> name, String tracepoint, StopFilter filter) {
        if (name.isPresent()) {
            throw new UserMistake("nothing belongs behind it but 'process' and 'if': '%s'".formatted(name.get()));
        }
        List<Tracepoint.Site> sites = Tracepoints.of(guest.kernel())
                .find(tracepoint)
                .map(Tracepoint::sites)
                .orElse(List.of());
        if (sites.isEmpty()) {
            throw new UserMistake("the guest's kernel has no tracepoint " + tracepoint);
        }
        List<Trigger> places = new ArrayList<>();
        sites.forEach(site -> places.add(Triggers.pc(site.code(), hit -> filter.takes(hit.hart()))));
        return places.size() == 1 ? places.getFirst() : new AnyOf(places);
    }

    private static Trigger console(Optional<String> text) {
        if (text.isEmpty()) {
            throw new UserMistake("which text? catch console \"login:\"");
        }
        // What a console shows comes as bytes, a character each.
        String bytes = new String(text.get().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return Triggers.console(0, Pattern.compile(Pattern.quote(bytes)));
    }
}
