/**
 * How a guest comes to be: a kernel and an initramfs, made from a distribution's signed archive and kept in a cache.
 *
 * <p>{@link dev.retrovisor.guests.Guests} is the way in. The package promises that nothing reaches a guest that is not
 * covered by the archive's signature (InRelease, then Packages by hash, then each package by hash) or by this module's
 * own resources, and that the same packages always give the same bytes. It names no mirror: that comes from the host's
 * own configuration or from the caller. It prints nothing, keeps no state outside the cache folder and never touches a
 * file that a finished guest is made of.
 */
package dev.retrovisor.guests;
