package dev.retrovisor.recorder;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Signals that tell the process to end, turned into calls while this is open; then they mean again what they did.
 *
 * <p>The JDK's only interface for them, {@code sun.misc.Signal}, can't be named without a compiler warning, so it is
 * reached by reflection. Where it is missing, signals end the JVM as usual.
 */
public final class HostSignals implements AutoCloseable {
    private static final List<String> ENDING = List.of("INT", "TERM", "HUP");

    private record Replaced(Object signal, Object handler) {}

    private final List<Replaced> replaced = new ArrayList<>();

    private HostSignals() {}

    /** @param told gets the name, such as {@code SIGTERM}, on a thread of the JVM's */
    public static HostSignals whileOpen(Consumer<String> told) {
        var signals = new HostSignals();
        for (String name : ENDING) {
            signals.handle(name, () -> told.accept("SIG" + name));
        }
        return signals;
    }

    private void handle(String name, Runnable action) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            Object handler = Proxy.newProxyInstance(
                    handlerType.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        return switch (method.getName()) {
                            case "handle" -> {
                                action.run();
                                yield null;
                            }
                            case "equals" -> proxy == arguments[0];
                            case "hashCode" -> System.identityHashCode(proxy);
                            default -> "handler of SIG" + name;
                        };
                    });
            replaced.add(new Replaced(signal, set(signal, handler)));
        } catch (ReflectiveOperationException | IllegalArgumentException _) {
            // No such signal on this host, or no such interface in this JDK: the signal keeps its meaning.
        }
    }

    private static Object set(Object signal, Object handler) throws ReflectiveOperationException {
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        var handle = MethodHandles.publicLookup()
                .findStatic(
                        signal.getClass(),
                        "handle",
                        MethodType.methodType(handlerType, signal.getClass(), handlerType));
        try {
            return handle.invoke(signal, handler);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new ReflectiveOperationException(e);
        }
    }

    @Override
    public void close() {
        for (Replaced each : replaced) {
            try {
                set(each.signal(), each.handler());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("worked a moment ago", e);
            }
        }
        replaced.clear();
    }
}
