package dev.retrovisor.cli.gdb;

/** Asked of a hart that is about to make a step. */
@FunctionalInterface
interface HartCondition {
    HartCondition ANY = _ -> true;

    boolean holds(int hart);
}
