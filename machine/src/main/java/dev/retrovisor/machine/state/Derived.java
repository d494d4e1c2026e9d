package dev.retrovisor.machine.state;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a mutable field that is no state: a cache rebuilt on demand, wiring set up once, or host-side bookkeeping that
 * the guest can never see. Every other mutable field belongs into {@link Stateful#save}.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Derived {
    /** Why the field needs no saving. */
    String value();
}
