/** Physical memory: RAM off-heap with its page book, and raw access by host address for the classes that own memory. */
package dev.retrovisor.machine.memory;
