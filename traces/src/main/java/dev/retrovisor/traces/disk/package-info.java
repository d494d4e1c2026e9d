/**
 * Images on the host: raw disk images that are only read, files for what a guest writes over them, and the content hashes
 * that name disk and boot images in a manifest. Recorder and replayer use the same ones, so that both see the same bytes.
 *
 * <p>A base image is never opened for writing. That it stays the same while a machine runs is its owner's duty; a
 * change between recording and replay is found by its hash.
 */
package dev.retrovisor.traces.disk;
