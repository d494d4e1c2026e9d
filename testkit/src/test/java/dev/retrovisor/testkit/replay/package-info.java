/** Recorder against replayer: what one writes down, the other must come to again, and every change must be noticed. */
package dev.retrovisor.testkit.replay;
