/** What becomes of processes and threads, and who runs when: the streams {@code process} and {@code sched}. */
package dev.retrovisor.introspect.process;
