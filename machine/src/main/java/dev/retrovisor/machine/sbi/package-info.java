/**
 * The built-in firmware: the RISC-V Supervisor Binary Interface, version 2.0, answered by the machine itself in place of
 * machine-mode code. One file an extension; {@link dev.retrovisor.machine.sbi.Sbi} lists them.
 */
package dev.retrovisor.machine.sbi;
