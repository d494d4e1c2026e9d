package dev.retrovisor.cli.gdb;

/**
 * How gdb wants the target to go on.
 *
 * @param isStep one step of the thread, else until something is met
 */
record Motion(boolean isBackward, boolean isStep, long thread) {}
