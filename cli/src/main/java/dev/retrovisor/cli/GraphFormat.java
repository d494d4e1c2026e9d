package dev.retrovisor.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How a graph is printed. */
enum GraphFormat {
    TABLE,
    JSON,
    DOT,
    SVG;

    static final class Names extends Words {
        Names() {
            super("table", "json", "dot", "svg");
        }
    }

    static final class Converter implements ITypeConverter<GraphFormat> {
        @Override
        public GraphFormat convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "table" -> TABLE;
                case "json" -> JSON;
                case "dot" -> DOT;
                case "svg" -> SVG;
                default ->
                    throw new TypeConversionException("'" + text + "' is no format: write table, json, dot or svg");
            };
        }
    }
}
