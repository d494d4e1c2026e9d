package dev.retrovisor.cli;

import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How rows about a guest are printed. */
public enum RowFormat {
    TABLE,
    JSON,
    JSONL,
    CSV;

    /** By the ending of a file's name; a table if it has none of ours. */
    public static RowFormat ofFile(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "json" -> JSON;
            case "jsonl" -> JSONL;
            case "csv" -> CSV;
            default -> TABLE;
        };
    }

    /** The option that every command that prints rows has. */
    static final class Choice {
        @Option(
                names = "--format",
                paramLabel = "FORMAT",
                defaultValue = "table",
                converter = Converter.class,
                completionCandidates = Names.class,
                description = "How rows are printed: table (for people), json (one document with a schema version),"
                        + " jsonl (an object a line) or csv (RFC 4180).")
        RowFormat format;

        /** How facts that are no rows are printed: the two formats for programs that have rows only print JSON. */
        boolean isTable() {
            return format == TABLE;
        }
    }

    static final class Names extends Words {
        Names() {
            super("table", "json", "jsonl", "csv");
        }
    }

    static final class Converter implements ITypeConverter<RowFormat> {
        @Override
        public RowFormat convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "table" -> TABLE;
                case "json" -> JSON;
                case "jsonl" -> JSONL;
                case "csv" -> CSV;
                default ->
                    throw new TypeConversionException("'" + text + "' is no format: write table, json, jsonl or csv");
            };
        }
    }
}
