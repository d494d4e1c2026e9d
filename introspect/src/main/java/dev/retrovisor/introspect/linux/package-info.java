/**
 * Walks over the structures of a Linux kernel: lazy streams of records, each of which stands for one thing that the kernel
 * keeps. A walk is bounded, leaves out what is broken and notes it in the view's damage; it never throws for what the guest
 * has in its memory. Names are raw guest text.
 */
package dev.retrovisor.introspect.linux;
