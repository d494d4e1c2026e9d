/** The gdb server, with Debian's own gdb as its client. */
package dev.retrovisor.testkit.gdb;
