/**
 * The board: what the machine is made of ({@link dev.retrovisor.machine.board.MachineConfig}), where it answers
 * ({@link dev.retrovisor.machine.board.MemoryMap}), how the guest is told (the device tree) and what is in memory at
 * power-on.
 */
package dev.retrovisor.machine.board;
