package dev.retrovisor.machine.event;

/** Takes what leaves the machine, on the machine's thread, in order. Must not call back into the machine. */
@FunctionalInterface
public interface DeviceEventSink {
    void accept(DeviceEvent event);
}
