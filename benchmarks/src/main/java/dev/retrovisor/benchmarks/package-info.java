/**
 * What is fast, and how fast beside the peers: the same guest, the same work, in the same run. Figures are printed,
 * never asserted; only that the machines compute the same is.
 */
package dev.retrovisor.benchmarks;
