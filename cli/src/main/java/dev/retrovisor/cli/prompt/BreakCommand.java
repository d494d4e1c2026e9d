package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.replayer.timeline.Triggers;

/** Sets a breakpoint. */
final class BreakCommand implements PromptCommand {
    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "break",
                        Group.STOPPING,
                        "stop before the instruction at an address",
                        StopFilter.options(Syntax.of().needs("ADDRESS", Kind.ADDRESS)))
                .alias("b")
                .example("break do_exit", "whenever a process ends")
                .example("break do_sys_openat2 process sh", "only where sh runs")
                .example("break __kmalloc_noprof if $a0 > 4096", "only with this argument")
                .example("break main+8", "in the program of the process that runs here");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        String place = arguments.get("ADDRESS");
        long address = guest.address(place);
        StopFilter filter = StopFilter.of(guest, arguments);
        return StopList.added(
                session,
                "breakpoint",
                StopList.place(guest, place, address) + filter.words(),
                Triggers.pc(address, hit -> filter.takes(hit.hart())),
                filter);
    }
}
