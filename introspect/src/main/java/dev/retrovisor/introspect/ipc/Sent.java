package dev.retrovisor.introspect.ipc;

/**
 * That something was sent: by whom and when.
 *
 * @param payload its first bytes, as many as are kept
 */
record Sent(Party from, long step, long nanos, byte[] payload) {
    static final byte[] NOTHING = {};

    /** Sent before the watch began. */
    static final Sent BEFORE = new Sent(Party.BEFORE, 0, 0, NOTHING);

    Sent with(byte[] newPayload) {
        return new Sent(from, step, nanos, newPayload);
    }
}
