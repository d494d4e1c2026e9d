/**
 * The border of the machine: all that comes in ({@link dev.retrovisor.machine.event.InputEvent}) and all that goes out
 * ({@link dev.retrovisor.machine.event.DeviceEvent}), as closed sets of values.
 */
package dev.retrovisor.machine.event;
