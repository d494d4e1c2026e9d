/** What went in and out of a recorded machine, in formats that other tools read. */
package dev.retrovisor.replayer.export;
