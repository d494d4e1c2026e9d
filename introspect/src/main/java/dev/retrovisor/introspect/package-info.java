/**
 * What the guest kernel's memory means. This package sees a machine, never a trace: the same question is answered of a
 * machine that runs live, that is being recorded and that is replayed. It only ever reads; nothing here changes a step.
 */
package dev.retrovisor.introspect;
