/**
 * What is fast, and how fast beside the peers: the same guest, the same work, in the same run. Figures are printed, never
 * asserted.
 */
package dev.retrovisor.benchmarks;
