package dev.retrovisor.machine.isa;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks an instruction whose result is the new pc. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Jump {}
