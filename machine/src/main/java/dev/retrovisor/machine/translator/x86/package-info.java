/** Host code for x86-64: an encoder that knows no guest, and emitters that know what guest instructions mean. */
package dev.retrovisor.machine.translator.x86;
