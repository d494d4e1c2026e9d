/**
 * The interpreter: runs instructions that were decoded once into slots, by switches generated from the instruction rows.
 * It is exact to the step and the reference for every other engine.
 */
package dev.retrovisor.machine.interpreter;
