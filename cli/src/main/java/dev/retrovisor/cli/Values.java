package dev.retrovisor.cli;

import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.PagingMode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The values of options, in QEMU's words, each with a message for what it can't be. */
final class Values {
    /** What a machine keeps for each page is on the Java heap: more would not fit in its default size on common hosts. */
    private static final long MAX_MEMORY_BYTES = 256L << 30;

    /** Digits that always fit in a long. */
    private static final int LONGEST_LONG = 18;

    private static final long[] THOUSANDS = {1, 1_000, 1_000_000, 1_000_000_000};

    private static final Pattern NUMBER_WITH_UNIT = Pattern.compile("([0-9][0-9_]*(?:\\.[0-9]+)?)([A-Za-z]*)");

    private Values() {}

    /** Guest memory in bytes: {@code 512} and {@code 512M} are the same, as in QEMU. */
    static final class Memory implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            Matcher parts = NUMBER_WITH_UNIT.matcher(text);
            if (!parts.matches()) {
                throw notUnderstood(text);
            }
            int power = switch (parts.group(2).toUpperCase(Locale.ROOT).replaceFirst("I?B$", "")) {
                case "K" -> 10;
                case "", "M" -> 20;
                case "G" -> 30;
                case "T" -> 40;
                default -> throw notUnderstood(text);
            };
            long bytes;
            try {
                bytes = multiple(parts.group(1), 1L << power, RoundingMode.UNNECESSARY);
            } catch (ArithmeticException _) {
                throw new TypeConversionException("'%s' is no whole number of bytes that we can count".formatted(text));
            }
            if (bytes < MachineConfig.MIN_MEMORY_BYTES) {
                throw new TypeConversionException("%s are too little memory: give at least %s"
                        .formatted(Text.bytes(bytes), Text.bytes(MachineConfig.MIN_MEMORY_BYTES)));
            }
            if (bytes > MAX_MEMORY_BYTES) {
                throw new TypeConversionException("%s are more than we can give a guest: at most %s"
                        .formatted(Text.bytes(bytes), Text.bytes(MAX_MEMORY_BYTES)));
            }
            if (bytes % MachineConfig.MEMORY_GRANULE_BYTES != 0) {
                throw new TypeConversionException(
                        "'%s' is no multiple of %s".formatted(text, Text.bytes(MachineConfig.MEMORY_GRANULE_BYTES)));
            }
            return bytes;
        }

        private static TypeConversionException notUnderstood(String text) {
            return new TypeConversionException("'%s' is no size: write 512, 512M or 2G".formatted(text));
        }
    }

    /** A number of steps: {@code 12_000_000}, {@code 250M}. */
    static final class Steps implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            Matcher parts = NUMBER_WITH_UNIT.matcher(text);
            int power = parts.matches()
                    ? List.of("", "K", "M", "G").indexOf(parts.group(2).toUpperCase(Locale.ROOT))
                    : -1;
            if (power < 0) {
                throw new TypeConversionException(
                        "'%s' is no number of steps: write 12_000_000 or 250M".formatted(text));
            }
            try {
                return multiple(parts.group(1), THOUSANDS[power], RoundingMode.UNNECESSARY);
            } catch (ArithmeticException _) {
                throw new TypeConversionException("'%s' is no whole number of steps that we can count".formatted(text));
            }
        }
    }

    /** A time on the wall clock: {@code 30}, {@code 30s}, {@code 5m}, {@code 1h}, {@code 500ms}. */
    static final class WallTime implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Matcher parts = NUMBER_WITH_UNIT.matcher(text);
            long unitNanos = !parts.matches()
                    ? 0
                    : switch (parts.group(2)) {
                        case "ms" -> 1_000_000L;
                        case "", "s" -> 1_000_000_000L;
                        case "m", "min" -> 60_000_000_000L;
                        case "h" -> 3_600_000_000_000L;
                        default -> 0;
                    };
            if (unitNanos == 0) {
                throw new TypeConversionException("'%s' is no time: write 30s, 5m or 1h".formatted(text));
            }
            try {
                return Duration.ofNanos(multiple(parts.group(1), unitNanos, RoundingMode.UP));
            } catch (ArithmeticException _) {
                throw new TypeConversionException("'%s' is longer than we can count".formatted(text));
            }
        }
    }

    /** The number of harts. */
    static final class Harts implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[0-9]{1,4}")) {
                throw new TypeConversionException(
                        "'%s' is no number of harts: give 1 to %d".formatted(text, MachineConfig.MAX_HARTS));
            }
            int harts = Integer.parseInt(text);
            if (harts < 1 || harts > MachineConfig.MAX_HARTS) {
                throw new TypeConversionException(
                        "%d harts are not possible: give 1 to %d".formatted(harts, MachineConfig.MAX_HARTS));
            }
            return harts;
        }
    }

    /**
     * What a hart can: {@code rv64,sv48,svade}.
     *
     * @param hardwareDirtyBits Svadu: harts set A and D; else they fault, Svade
     */
    record Cpu(PagingMode paging, boolean hardwareDirtyBits) {
        static final String DEFAULT = "rv64,sv57,svadu";

        /** As the option has it. Picocli asks for it at every start, and a record's own is slow the first time. */
        @Override
        public String toString() {
            return "rv64," + paging.name().toLowerCase(Locale.ROOT) + (hardwareDirtyBits ? ",svadu" : ",svade");
        }

        static final class Converter implements ITypeConverter<Cpu> {
            @Override
            public Cpu convert(String text) {
                PagingMode paging = PagingMode.SV57;
                boolean dirtyBits = true;
                for (String word : text.toLowerCase(Locale.ROOT).split(",", -1)) {
                    switch (word) {
                        case "rv64", "max" -> {}
                        case "sv39" -> paging = PagingMode.SV39;
                        case "sv48" -> paging = PagingMode.SV48;
                        case "sv57" -> paging = PagingMode.SV57;
                        case "svadu" -> dirtyBits = true;
                        case "svade" -> dirtyBits = false;
                        default ->
                            throw new TypeConversionException(
                                    "'%s' is no property of a hart: there are rv64, sv39, sv48, sv57, svade and svadu"
                                            .formatted(word));
                    }
                }
                return new Cpu(paging, dirtyBits);
            }
        }
    }

    /** A disk: {@code PATH} or {@code file=PATH,readonly=on,serial=S}. */
    record Drive(Path file, boolean readOnly, Optional<String> serial) {
        private static final int LONGEST_SERIAL = 20;

        static final class Converter implements ITypeConverter<Drive> {
            @Override
            public Drive convert(String text) {
                if (!text.contains("=")) {
                    return new Drive(Path.of(text), false, Optional.empty());
                }
                Path file = null;
                boolean readOnly = false;
                Optional<String> serial = Optional.empty();
                for (String word : words(text)) {
                    int equals = word.indexOf('=');
                    String key = equals < 0 ? word : word.substring(0, equals);
                    String value = equals < 0 ? "on" : word.substring(equals + 1);
                    switch (key) {
                        case "file" -> file = Path.of(value);
                        case "readonly", "read-only" -> readOnly = isOn(key, value);
                        case "serial" -> serial = Optional.of(checkedSerial(value));
                        case "format" -> require(key, value, "raw");
                        case "if" -> require(key, value, "virtio", "none");
                        case "id" -> {} // QEMU's name for it, which nothing here refers to
                        default ->
                            throw new TypeConversionException(
                                    "'%s' is no property of a drive: there are file, readonly, serial and format"
                                            .formatted(key));
                    }
                }
                if (file == null || file.toString().isEmpty()) {
                    throw new TypeConversionException("'%s' names no file: write file=PATH".formatted(text));
                }
                return new Drive(file, readOnly, serial);
            }

            /** As in QEMU, two commas stand for one in a value. */
            private static List<String> words(String text) {
                var words = new ArrayList<String>();
                for (String word : text.replace(",,", "\0").split(",", -1)) {
                    words.add(word.replace('\0', ','));
                }
                return words;
            }

            private static String checkedSerial(String serial) {
                if (!serial.matches("[\\x20-\\x7e]{0," + LONGEST_SERIAL + "}")) {
                    throw new TypeConversionException(
                            "serial=%s: at most %d ASCII characters".formatted(serial, LONGEST_SERIAL));
                }
                return serial;
            }

            private static void require(String key, String value, String... possible) {
                if (!List.of(possible).contains(value)) {
                    throw new TypeConversionException(
                            "%s=%s is not supported: only %s".formatted(key, value, String.join(" and ", possible)));
                }
            }
        }
    }

    /** What the guest's console is connected to. */
    sealed interface Serial {
        /** The terminal, or standard input and output. */
        record Stdio() implements Serial {}

        /** Nothing: no input, output is dropped. */
        record Nothing() implements Serial {}

        /** No input, output goes to a file. */
        record ToFile(Path file) implements Serial {}

        final class Converter implements ITypeConverter<Serial> {
            @Override
            public Serial convert(String text) {
                if (text.equals("stdio") || text.equals("mon:stdio")) {
                    return new Stdio();
                }
                if (text.equals("null") || text.equals("none")) {
                    return new Nothing();
                }
                if (text.startsWith("file:") && text.length() > "file:".length()) {
                    return new ToFile(Path.of(text.substring("file:".length())));
                }
                throw new TypeConversionException("'%s' is no place: write stdio, null or file:PATH".formatted(text));
            }
        }
    }

    /**
     * So many units.
     *
     * @throws ArithmeticException if that is no long, or would have to be rounded and may not be
     */
    private static long multiple(String number, long unit, RoundingMode rounding) {
        String digits = number.replace("_", "");
        // BigDecimal's tables, filled when it is first used, take longer than all else that is done with options.
        if (digits.length() <= LONGEST_LONG && digits.indexOf('.') < 0) {
            return Math.multiplyExact(Long.parseLong(digits), unit);
        }
        return new BigDecimal(digits)
                .multiply(BigDecimal.valueOf(unit))
                .setScale(0, rounding)
                .longValueExact();
    }

    private static boolean isOn(String key, String value) {
        return switch (value) {
            case "on", "yes", "true" -> true;
            case "off", "no", "false" -> false;
            default -> throw new TypeConversionException("%s=%s: write on or off".formatted(key, value));
        };
    }

    /** A process number. */
    static final class Pid implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[0-9]{1,9}")) {
                throw new TypeConversionException("'%s' is no process number: give one such as 1".formatted(text));
            }
            return Integer.parseInt(text);
        }
    }
}
