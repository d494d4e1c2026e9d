package dev.retrovisor.cli.prompt;

import dev.retrovisor.introspect.expression.Value;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the user has set by name: {@code $x}. */
final class Variables {
    private final Map<String, Value> values = new TreeMap<>();

    Optional<Value> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    void set(String name, Value value) {
        values.put(name, value);
    }

    Map<String, Value> all() {
        return Collections.unmodifiableMap(values);
    }
}
