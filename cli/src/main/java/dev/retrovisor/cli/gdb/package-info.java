/**
 * The server's side of gdb's remote serial protocol: a machine that is replayed or runs live, or one process of its guest, as
 * a target that gdb moves through time and looks at. {@code GdbServer} takes connections, {@code Session} answers packets, a
 * {@code Target} is what they are about, a {@code Mover} what moves it.
 *
 * <p>What a client sends is read as hostile input: whatever it is, it is answered or dropped, and ends no more than its own
 * connection. What a guest holds goes to gdb as the bytes that they are; text for people is made harmless.
 */
package dev.retrovisor.cli.gdb;
