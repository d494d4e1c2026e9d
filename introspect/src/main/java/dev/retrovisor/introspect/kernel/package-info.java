/**
 * The guest's kernel as a structure of typed objects: {@link dev.retrovisor.introspect.kernel.KernelFinder} finds what it
 * says of itself, {@link dev.retrovisor.introspect.kernel.KernelView} is the way in at a stopped machine.
 *
 * <p>Guests lie and stop in the middle of things: every walk here is bounded, what is broken is left out and noted in
 * {@link dev.retrovisor.introspect.kernel.Damage}, and names are bytes of the guest's that whoever prints them must
 * make harmless.
 */
package dev.retrovisor.introspect.kernel;
