package dev.retrovisor.recorder;

import java.io.ByteArrayOutputStream;

/** What is typed at a terminal, with the keys of ours taken out: ^A and a letter, as in QEMU. */
final class EscapeKeys {
    static final String HELP = "\r\n^A h  this help\r\n^A x  leave and end the run\r\n^A ^A  send ^A (also ^A a)\r\n";

    private static final byte CONTROL_A = 1;

    private boolean escaped;
    private boolean leaveWanted;
    private boolean helpWanted;

    /** What goes on to the guest. */
    byte[] filter(byte[] typed, int lengthBytes) {
        var left = new ByteArrayOutputStream(lengthBytes);
        for (int i = 0; i < lengthBytes; i++) {
            byte key = typed[i];
            if (!escaped) {
                escaped = key == CONTROL_A;
                if (!escaped) {
                    left.write(key);
                }
                continue;
            }
            escaped = false;
            switch (key) {
                case 'x', 'X' -> leaveWanted = true;
                case 'h', 'H', '?' -> helpWanted = true;
                case 'a', 'A', CONTROL_A -> left.write(CONTROL_A);
                default -> {} // as in QEMU: an unknown key does nothing
            }
        }
        return left.toByteArray();
    }

    /** Whether leaving was asked for since the last call. */
    boolean takeLeave() {
        boolean wanted = leaveWanted;
        leaveWanted = false;
        return wanted;
    }

    /** Whether help was asked for since the last call. */
    boolean takeHelp() {
        boolean wanted = helpWanted;
        helpWanted = false;
        return wanted;
    }
}
