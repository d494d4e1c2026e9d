/**
 * Virtio devices behind the memory-mapped transport (Virtual I/O Device (VIRTIO) Version 1.2, cited as "virtio 1.2").
 *
 * <p>{@link dev.retrovisor.machine.virtio.VirtioMmio} is the device that the board maps; it drives one
 * {@link dev.retrovisor.machine.virtio.VirtioDevice}, which owns its queues. A device works only while the guest stands
 * at a register access, an input or an alarm, so driver and device never race.
 *
 * <p>Whatever a driver puts into its rings is taken as hostile: a mistake sets DEVICE_NEEDS_RESET, after which the
 * device touches no guest memory until it is reset. Nothing that a driver does throws, loops without end, or takes host
 * memory without bound.
 */
package dev.retrovisor.machine.virtio;
