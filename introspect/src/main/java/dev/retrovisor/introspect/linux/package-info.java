/** What Linux's structures mean: typed walks over tasks, memory, files, sockets and the rest, bounded and tolerant. */
package dev.retrovisor.introspect.linux;
