/** What is written for other tools, of a real kernel, against what it was written from and by these tools. */
package dev.retrovisor.testkit.export;
