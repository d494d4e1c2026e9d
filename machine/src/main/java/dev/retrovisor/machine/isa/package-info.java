/**
 * The instructions, each declared once: one static method with its encoding and syntax, in one class an extension.
 * Everything else that knows instructions (decoder, interpreter switches, disassembler, assembler) is derived from them.
 */
package dev.retrovisor.machine.isa;
