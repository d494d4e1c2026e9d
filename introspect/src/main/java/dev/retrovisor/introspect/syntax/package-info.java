/** What the languages that people write here, filters and expressions, have in common. */
package dev.retrovisor.introspect.syntax;
