/**
 * Call stacks of user programs, by the call frame information that they carry in memory for their own exceptions
 * ({@code .eh_frame}, found through its program header): neither frame pointers nor files are needed. Code
 * without it is read itself: what it did to its stack pointer, and where it stored its return address.
 */
package dev.retrovisor.introspect.unwind;
