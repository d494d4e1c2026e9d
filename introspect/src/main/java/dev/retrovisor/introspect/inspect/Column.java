package dev.retrovisor.introspect.inspect;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How a component of a row is shown to people; programs get the value. */
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Column {
    Style value() default Style.PLAIN;

    /** The style of a column. */
    enum Style {
        PLAIN,
        /** An address or a set of bits: {@code 0xffffffff80001234}. JSON has it as a string as well. */
        HEX,
        /** A number of bytes: people see KiB and MiB. */
        BYTES,
        /** Virtual nanoseconds: people see seconds. */
        NANOS,
        /** A mode of a file, in octal. */
        OCTAL
    }
}
