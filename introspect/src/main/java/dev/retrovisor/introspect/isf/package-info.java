/**
 * Volatility 3's symbol files (ISF, schema 6.2.0): what was found of a kernel written for other tools, and theirs read
 * where a kernel does not describe its own types. What the format has no place for is in {@code docs/formats/exports.md}.
 */
package dev.retrovisor.introspect.isf;
