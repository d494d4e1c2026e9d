/**
 * The flattened device tree as bytes ("Devicetree Specification", 0.4, "Flattened Devicetree (DTB) Format"). Knows the
 * format and no board; the same calls give the same bytes.
 */
package dev.retrovisor.machine.fdt;
