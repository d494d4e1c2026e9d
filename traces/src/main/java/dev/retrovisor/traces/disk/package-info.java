/**
 * Disks on the host: raw image files that are only read, the content hashes that name them in a manifest, and files for
 * what a guest writes. Recorder and replayer use the same ones, so that both see the same bytes.
 *
 * <p>A base image is never opened for writing. That it stays the same while a machine runs is its owner's duty; a
 * change between recording and replay is found by its hash.
 */
package dev.retrovisor.traces.disk;
