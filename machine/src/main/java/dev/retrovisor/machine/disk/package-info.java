/** Disks: an immutable base image and a copy-on-write overlay that is part of the machine's state. */
package dev.retrovisor.machine.disk;
