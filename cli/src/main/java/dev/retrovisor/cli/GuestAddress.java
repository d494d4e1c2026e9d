package dev.retrovisor.cli;

import dev.retrovisor.introspect.symbols.Symbols;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An address as a person gives it.
 *
 * @param symbol empty for one that is only a number
 * @param offset from the symbol, or the address itself
 */
public record GuestAddress(String symbol, long offset) {
    private static final Pattern FORM =
            Pattern.compile("(?<symbol>[A-Za-z_.$][\\w.$]*)(?:\\+(?<offset>0[xX][0-9a-fA-F]{1,16}|[0-9]{1,18}))?");

    private static final Pattern NUMBER = Pattern.compile("0[xX][0-9a-fA-F]{1,16}|[0-9]{1,18}");

    /** Reads {@code 0xffffffff80001234}, {@code init_task} or {@code init_task+0x40}. */
    static final class Converter implements ITypeConverter<GuestAddress> {
        @Override
        public GuestAddress convert(String text) {
            if (NUMBER.matcher(text).matches()) {
                return new GuestAddress("", number(text));
            }
            Matcher form = FORM.matcher(text);
            if (!form.matches()) {
                throw new TypeConversionException(
                        "'%s' is no address: give one such as 0xffffffff80001234, init_task or init_task+0x40"
                                .formatted(text));
            }
            return new GuestAddress(
                    form.group("symbol"), form.group("offset") == null ? 0 : number(form.group("offset")));
        }

        private static long number(String text) {
            return text.startsWith("0x") || text.startsWith("0X")
                    ? Long.parseUnsignedLong(text.substring(2), 16)
                    : Long.parseLong(text);
        }
    }

    /** @throws UserMistake if the kernel has no such symbol */
    long resolve(Symbols symbols) {
        if (symbol.isEmpty()) {
            return offset;
        }
        OptionalLong found = symbols.find(symbol);
        if (found.isEmpty()) {
            throw new UserMistake("--address: the guest's kernel has no symbol '%s'".formatted(symbol));
        }
        return found.getAsLong() + offset;
    }
}
