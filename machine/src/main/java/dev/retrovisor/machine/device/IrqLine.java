package dev.retrovisor.machine.device;

/** A level-sensitive interrupt wire from a device to the interrupt controller. */
@FunctionalInterface
public interface IrqLine {
    void set(boolean asserted);
}
