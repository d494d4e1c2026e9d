/**
 * The command line: one file a command, and what they share.
 *
 * <p>{@link dev.retrovisor.cli.Main} is the way in. Facts go to standard output, as a table for people or as JSON with a
 * schema version; progress and errors go to standard error. An error is one line that ends with what to do, a stack
 * trace appears only with {@code --debug}, and the exit code says what kind of failure it was
 * ({@link dev.retrovisor.cli.ExitCode}). Nothing here decides anything about a machine or a trace: that is the business
 * of the modules that the commands call.
 */
package dev.retrovisor.cli;
