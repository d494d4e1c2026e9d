package dev.retrovisor.introspect.syscall;

/**
 * One argument of a system call.
 *
 * @param text as strace writes it; harmless to print
 * @param raw what the register held
 */
public record Argument(String name, String text, long raw) {}
