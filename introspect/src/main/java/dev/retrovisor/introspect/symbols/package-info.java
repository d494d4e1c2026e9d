/** The kernel's own symbol table, found in its memory. */
package dev.retrovisor.introspect.symbols;
