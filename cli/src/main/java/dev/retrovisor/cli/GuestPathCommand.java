package dev.retrovisor.cli;

import dev.retrovisor.guests.Guest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Where a guest's files are, for scripts and other emulators. */
@Command(
        name = "path",
        description = "Print where a guest's files are, or one of them, after checking their hashes.",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  retrovisor guest path debian          the folder",
            "  qemu-system-riscv64 -kernel \"$(retrovisor guest path debian kernel)\" ..."
        })
final class GuestPathCommand implements Callable<Integer> {
    private static final Map<String, Function<Guest, Object>> PARTS = Map.of(
            "folder", guest -> guest.kernel().getParent(),
            "kernel", Guest::kernel,
            "initrd", Guest::initrd,
            "append", Guest::append);

    private final Context context;

    @Parameters(
            index = "0",
            paramLabel = "GUEST",
            completionCandidates = GuestCommand.Names.class,
            description = "The guest, as 'guest list' names it.")
    private String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PART",
            completionCandidates = Parts.class,
            description = "folder (the default), kernel, initrd, or append for the kernel command line.")
    private Optional<String> part = Optional.empty();

    GuestPathCommand(Context context) {
        this.context = context;
    }

    static final class Parts extends Words {
        Parts() {
            super("folder", "kernel", "initrd", "append");
        }
    }

    @Override
    public Integer call() {
        Function<Guest, Object> wanted = PARTS.get(part.orElse("folder"));
        if (wanted == null) {
            throw new UserMistake(
                    "a guest has no '%s': write folder, kernel, initrd or append".formatted(part.orElseThrow()));
        }
        context.screen().out().println(wanted.apply(context.guests().resolve(name)));
        return ExitCode.GOOD;
    }
}
