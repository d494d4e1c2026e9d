package dev.retrovisor.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What runs here: for bug reports. */
@Command(
        name = "version",
        description = "Show what runs here: Retrovisor, Java, the host.",
        optionListHeading = "%nOptions:%n",
        footer = {"", "@|bold Examples|@", "  retrovisor version", "  retrovisor version --format json"})
final class VersionCommand implements Callable<Integer> {
    private static final int SCHEMA_VERSION = 1;

    private final Screen screen;

    @Mixin
    private OutputFormat.Choice format;

    VersionCommand(Context context) {
        this.screen = context.screen();
    }

    /** What {@code --format json} prints. */
    private record VersionFacts(String retrovisor, String java, String jvm, String system, int processors) {}

    @Override
    public Integer call() {
        var facts = new VersionFacts(
                Version.NUMBER,
                Runtime.version().toString(),
                System.getProperty("java.vm.name"),
                "%s %s %s"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors());
        if (format.isJson()) {
            screen.out().println(Json.of("version", SCHEMA_VERSION, facts));
            return ExitCode.GOOD;
        }
        screen.out().println("retrovisor " + facts.retrovisor());
        new Facts(screen)
                .add("Java", facts.java() + ", " + facts.jvm())
                .add("host", facts.system() + ", " + Text.count(facts.processors(), "processor"))
                .print();
        return ExitCode.GOOD;
    }
}
