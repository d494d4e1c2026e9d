/** The kernel's own description of its types (BTF), found in its memory: layouts of structures, prototypes, enumerations. */
package dev.retrovisor.introspect.types;
