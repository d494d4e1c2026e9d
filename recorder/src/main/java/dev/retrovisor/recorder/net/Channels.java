package dev.retrovisor.recorder.net;

import java.io.IOException;
import java.nio.channels.Channel;

/** Closing of sockets. */
final class Channels {
    private Channels() {}

    /** Closes what we no longer want: an error from that tells nothing that anyone could act on. */
    static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // The descriptor is gone either way.
        }
    }
}
