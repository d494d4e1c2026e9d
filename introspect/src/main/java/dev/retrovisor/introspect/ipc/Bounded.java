package dev.retrovisor.introspect.ipc;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that forgets what was put in first: things that end unseen would stay for good. */
final class Bounded<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    private final int most;

    Bounded(int most) {
        this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
    }
}
