/** Machine time: the step count, virtual time, and what is to happen at one. No host clock is ever read here. */
package dev.retrovisor.machine.time;
