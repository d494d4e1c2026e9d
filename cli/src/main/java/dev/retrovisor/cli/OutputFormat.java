package dev.retrovisor.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How facts are printed. */
enum OutputFormat {
    TABLE,
    JSON;

    /** The option that every command that prints facts has. */
    static final class Choice {
        @Option(
                names = "--format",
                paramLabel = "FORMAT",
                defaultValue = "table",
                converter = Converter.class,
                completionCandidates = Names.class,
                description =
                        "How facts are printed: table (for people) or json (for programs, with a schema version).")
        OutputFormat format;

        boolean isJson() {
            return format == JSON;
        }
    }

    static final class Names extends Words {
        Names() {
            super("table", "json");
        }
    }

    static final class Converter implements ITypeConverter<OutputFormat> {
        @Override
        public OutputFormat convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "table" -> TABLE;
                case "json" -> JSON;
                default -> throw new TypeConversionException("'" + text + "' is no format: write table or json");
            };
        }
    }
}
