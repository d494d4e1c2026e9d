/** A hart: registers off-heap, CSRs, traps, address translation and protection (the RISC-V privileged manual). */
package dev.retrovisor.machine.hart;
