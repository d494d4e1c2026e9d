/**
 * Call stacks of user programs, by the call frame information that they carry in memory for their own exceptions
 * ({@code .eh_frame}, found through its program header): neither frame pointers nor files are needed.
 */
package dev.retrovisor.introspect.unwind;
