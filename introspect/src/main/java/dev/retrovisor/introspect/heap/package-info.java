/**
 * What user programs allocate and free with the C library's functions, found by their symbols, and the call stacks of who does.
 */
package dev.retrovisor.introspect.heap;
