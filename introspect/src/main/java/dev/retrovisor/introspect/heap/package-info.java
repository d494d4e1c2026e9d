/** What user programs allocate and free with the C library's functions, found by their symbols. */
package dev.retrovisor.introspect.heap;
