/**
 * The system calls of the whole guest, entry and exit matched, their arguments decoded as strace does it. Which calls there
 * are and how their arguments are written is data: {@code syscalls.txt}, {@code structs.txt}, {@code uapi.txt}.
 */
package dev.retrovisor.introspect.syscall;
