/**
 * What tests of several modules need: guest programs built from source. Knows no test; everything it makes lies below
 * the folder that it is given.
 */
package dev.retrovisor.testkit;
