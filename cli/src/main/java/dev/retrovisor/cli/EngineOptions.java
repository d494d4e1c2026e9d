package dev.retrovisor.cli;

import dev.retrovisor.machine.EngineChoice;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a machine runs on: the options of all commands that run one. */
final class EngineOptions {
    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "translator",
            converter = Converter.class,
            completionCandidates = Names.class,
            description = "What runs the guest: translator (host code; where the host can't have that, the interpreter,"
                    + " with a notice), interpreter (slower) or lockstep (both; it stops where they first differ)."
                    + " The guest and its trace are the same on each. Default: translator.")
    EngineChoice engine = EngineChoice.TRANSLATOR;

    @Option(names = "--stats", description = "Say at the end what the engine did: on standard error, or in the JSON.")
    boolean stats;

    /** How users write an engine. */
    static String name(EngineChoice engine) {
        return engine.name().toLowerCase(Locale.ROOT);
    }

    /** Says that it runs on something else than the user asked for; nothing if the notice is empty. */
    static void tell(Screen screen, String notice) {
        if (!notice.isEmpty()) {
            screen.err().println("no translator on this host: %s; the interpreter runs instead".formatted(notice));
        }
    }

    static final class Names extends Words {
        Names() {
            super("translator", "interpreter", "lockstep");
        }
    }

    static final class Converter implements ITypeConverter<EngineChoice> {
        @Override
        public EngineChoice convert(String text) {
            for (EngineChoice engine : EngineChoice.values()) {
                if (name(engine).equalsIgnoreCase(text)) {
                    return engine;
                }
            }
            throw new TypeConversionException("'" + text + "' is no engine: write translator, interpreter or lockstep");
        }
    }
}
