package dev.retrovisor.introspect.linux;

/** IP addresses as people write them (RFC 5952, with the dotted form for mapped and compatible ones, as inet_ntop does). */
public final class InternetAddress {
    public static final int V4_BYTES = 4;
    public static final int V6_BYTES = 16;

    private InternetAddress() {}

    /** The text of 4 or 16 bytes in network order. */
    public static String text(byte[] address) {
        return address.length == V4_BYTES ? v4(address, 0) : v6(address);
    }

    private static String v4(byte[] address, int offset) {
        return "%d.%d.%d.%d"
                .formatted(
                        address[offset] & 0xff,
                        address[offset + 1] & 0xff,
                        address[offset + 2] & 0xff,
                        address[offset + 3] & 0xff);
    }

    private static String v6(byte[] address) {
        int[] words = new int[8];
        for (int i = 0; i < words.length; i++) {
            words[i] = (address[2 * i] & 0xff) << 8 | address[2 * i + 1] & 0xff;
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < words.length; i++) {
            int length = 0;
            while (i + length < words.length && words[i + length] == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
        }
        boolean isMapped = bestStart == 0 && (bestLength == 6 || bestLength == 5 && words[5] == 0xffff);
        var text = new StringBuilder();
        for (int i = 0; i < words.length; ) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength;
            } else if (i == 6 && isMapped) {
                return separated(text).append(v4(address, 12)).toString();
            } else {
                separated(text).append(Integer.toHexString(words[i]));
                i++;
            }
        }
        return text.toString();
    }

    private static StringBuilder separated(StringBuilder text) {
        return text.isEmpty() || text.charAt(text.length() - 1) == ':' ? text : text.append(':');
    }
}
