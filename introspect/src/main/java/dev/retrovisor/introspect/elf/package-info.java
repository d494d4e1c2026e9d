/** ELF files of the guest's as they lie in its memory: program headers and symbols. */
package dev.retrovisor.introspect.elf;
