package dev.retrovisor.machine.isa;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Declares a 16-bit encoding of a base instruction. A field with {@code !=0} is reserved (illegal) when it is zero. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Compressed.Table.class)
@interface Compressed {
    /** The encoding as the manual prints it; {@code rd'} is a three-bit register field (x8 to x15). */
    String bits();

    /** Assembly syntax of the compressed form. */
    String asm();

    /** The base instruction with its operands in its own syntax. */
    String expandsTo();

    /** All compressed encodings of a class. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Table {
        Compressed[] value();
    }
}
