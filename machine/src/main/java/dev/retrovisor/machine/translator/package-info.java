/**
 * The fast engine: guest code as host code, written block by block at first execution. Promises what every engine does:
 * the state at any step is that of the interpreter, whatever was translated, linked, dropped or flushed by then. What is
 * of one kind of processor lies in a package of its own, behind {@link dev.retrovisor.machine.translator.BlockCompiler}.
 */
package dev.retrovisor.machine.translator;
