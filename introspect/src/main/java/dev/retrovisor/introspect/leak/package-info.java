/**
 * Who holds memory that was allocated, and who uses it after it was given back: ledgers that follow the events of the
 * streams, for the heaps of processes and for the kernel's own.
 */
package dev.retrovisor.introspect.leak;
