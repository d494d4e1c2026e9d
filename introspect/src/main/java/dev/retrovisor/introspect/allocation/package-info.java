/** Who gets memory and gives it back, in the kernel and by its mappings in processes: the stream {@code memory}. */
package dev.retrovisor.introspect.allocation;
