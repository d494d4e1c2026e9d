/** Guest memory, to read: by physical address, and through page tables by virtual address. */
package dev.retrovisor.introspect.memory;
