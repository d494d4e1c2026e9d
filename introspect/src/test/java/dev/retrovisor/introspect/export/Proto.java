package dev.retrovisor.introspect.export;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A message in protobuf's wire format, as a reader without a schema sees it: the fields in their order. */
record Proto(List<Field> fields) {
    /** A field; {@code value} is a number, and {@code bytes} is null, or the other way round. */
    record Field(int number, long value, byte[] bytes) {}

    static Proto parse(byte[] bytes) {
        List<Field> fields = new ArrayList<>();
        int[] at = {0};
        while (at[0] < bytes.length) {
            long key = varint(bytes, at);
            int number = (int) (key >>> 3);
            switch ((int) key & 7) {
                case 0 -> fields.add(new Field(number, varint(bytes, at), null));
                case 1 -> {
                    long value = 0;
                    for (int i = 7; i >= 0; i--) {
                        value = value << 8 | bytes[at[0] + i] & 0xff;
                    }
                    at[0] += 8;
                    fields.add(new Field(number, value, null));
                }
                case 2 -> {
                    int length = (int) varint(bytes, at);
                    fields.add(new Field(number, 0, Arrays.copyOfRange(bytes, at[0], at[0] + length)));
                    at[0] += length;
                }
                default -> throw new AssertionError("wire type of field " + number);
            }
        }
        return new Proto(fields);
    }

    private static long varint(byte[] bytes, int[] at) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[at[0]++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    List<Proto> messages(int number) {
        return fields.stream()
                .filter(field -> field.number() == number)
                .map(field -> parse(field.bytes()))
                .toList();
    }

    Proto message(int number) {
        return messages(number).getFirst();
    }

    boolean has(int number) {
        return fields.stream().anyMatch(field -> field.number() == number);
    }

    long number(int number) {
        return fields.stream()
                .filter(field -> field.number() == number)
                .findFirst()
                .orElseThrow()
                .value();
    }

    String text(int number) {
        return new String(
                fields.stream()
                        .filter(field -> field.number() == number)
                        .findFirst()
                        .orElseThrow()
                        .bytes(),
                StandardCharsets.UTF_8);
    }
}
