package dev.retrovisor.cli.gdb;

import java.util.Optional;

/** Finds packets in the bytes that a client sends; takes any bytes. */
final class PacketDecoder {
    /** What came. */
    sealed interface Incoming {
        /** A packet with the right checksum. */
        record Packet(String body) implements Incoming {}

        /** One with a wrong checksum, or one that is too long. */
        record Broken() implements Incoming {}

        /** The client's ^C. */
        record Interrupt() implements Incoming {}

        /** The client got our last packet broken. */
        record SendAgain() implements Incoming {}
    }

    private enum Place {
        BETWEEN,
        BODY,
        TOO_LONG,
        FIRST_DIGIT,
        SECOND_DIGIT
    }

    private static final int INTERRUPT = 3;

    private final StringBuilder body = new StringBuilder();
    private Place place = Place.BETWEEN;
    private int sum;
    private int firstDigit;
    private boolean isTooLong;

    /** Takes the next byte, 0 to 255; what is complete with it. */
    Optional<Incoming> take(int next) {
        return switch (place) {
            case BETWEEN -> between(next);
            case BODY -> body(next);
            case TOO_LONG -> {
                if (next == '#') {
                    place = Place.FIRST_DIGIT;
                } else if (next == '$') {
                    begin();
                }
                yield Optional.empty();
            }
            case FIRST_DIGIT -> {
                firstDigit = Character.digit(next, 16);
                place = Place.SECOND_DIGIT;
                yield Optional.empty();
            }
            case SECOND_DIGIT -> {
                place = Place.BETWEEN;
                int secondDigit = Character.digit(next, 16);
                boolean isGood = !isTooLong && firstDigit >= 0 && secondDigit >= 0;
                yield Optional.of(
                        isGood && (sum & 0xff) == firstDigit * 16 + secondDigit
                                ? new Incoming.Packet(body.toString())
                                : new Incoming.Broken());
            }
        };
    }

    private Optional<Incoming> between(int next) {
        return switch (next) {
            case '$' -> {
                begin();
                yield Optional.empty();
            }
            case '-' -> Optional.of(new Incoming.SendAgain());
            case INTERRUPT -> Optional.of(new Incoming.Interrupt());
            // An acknowledgement, or noise on the line.
            default -> Optional.empty();
        };
    }

    private Optional<Incoming> body(int next) {
        if (next == '#') {
            place = Place.FIRST_DIGIT;
        } else if (next == '$') {
            begin(); // the end of the one before was lost
        } else if (body.length() == Packets.MOST_BYTES) {
            isTooLong = true;
            place = Place.TOO_LONG;
        } else {
            body.append((char) next);
            sum += next;
        }
        return Optional.empty();
    }

    private void begin() {
        place = Place.BODY;
        body.setLength(0);
        sum = 0;
        isTooLong = false;
    }
}
