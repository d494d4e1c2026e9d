/**
 * The prompt: {@code retrovisor repl}. A person, a script or a program moves through a trace and asks.
 *
 * <p>{@link dev.retrovisor.cli.prompt.Prompt} is the way in. Each command is a file and a line in {@link
 * dev.retrovisor.cli.prompt.PromptCommands}; its row ({@link dev.retrovisor.cli.prompt.CommandRow}) has its words, and reading,
 * help, completion, highlighting and {@code docs/prompt.md} come from there. A command answers with a {@link
 * dev.retrovisor.cli.prompt.Reply}, which becomes a table or JSON in one place. What a guest wrote is made harmless there.
 *
 * <p>JLine is touched only where a person types ({@link dev.retrovisor.cli.prompt.TypedLines} and what it uses): scripts start
 * without it.
 */
package dev.retrovisor.cli.prompt;
