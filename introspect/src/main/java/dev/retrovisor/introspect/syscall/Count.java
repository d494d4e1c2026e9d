package dev.retrovisor.introspect.syscall;

import java.util.List;

/** How many elements there are behind a pointer. */
sealed interface Count {
    long of(CallText out);

    record Fixed(long count) implements Count {
        @Override
        public long of(CallText out) {
            return count;
        }
    }

    /** What the call returned. */
    record Result() implements Count {
        @Override
        public long of(CallText out) {
            return out.result();
        }
    }

    /** What another argument says. */
    record Argument(int number) implements Count {
        @Override
        public long of(CallText out) {
            return (int) out.argument(number) < 0 ? out.argument(number) : out.argument(number) & Long.MAX_VALUE;
        }
    }

    /** What lies where another argument points to. */
    record Pointed(int number) implements Count {
        @Override
        public long of(CallText out) {
            long address = out.argument(number);
            return address == 0 ? 0 : out.read(address, Integer.BYTES);
        }
    }

    /** Reads a count; {@code names} are the call's parameters, by register. */
    static Count parse(String text, List<String> names) {
        if (text.equals("result")) {
            return new Result();
        }
        if (Character.isDigit(text.charAt(0))) {
            return new Fixed(Long.parseLong(text));
        }
        boolean isPointed = text.charAt(0) == '*';
        int number = names.indexOf(isPointed ? text.substring(1) : text);
        if (number < 0) {
            throw new IllegalArgumentException("no parameter is called " + text);
        }
        return isPointed ? new Pointed(number) : new Argument(number);
    }
}
