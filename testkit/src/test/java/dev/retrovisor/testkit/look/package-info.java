/** What introspection says of a real Debian guest, beside what the guest says of itself at the same moment. */
package dev.retrovisor.testkit.look;
