package dev.retrovisor.recorder.net;

import java.nio.channels.SelectionKey;

/** What a selection key is attached to. */
interface ChannelHandler {
    /** The key's channel is ready; called on the selector thread, with a valid key. Handles its own I/O errors. */
    void ready(SelectionKey key, long nowNanos);
}
