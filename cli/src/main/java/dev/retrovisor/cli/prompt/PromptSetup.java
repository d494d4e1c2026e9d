package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.Screen;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.replayer.ReplayOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/**
 * What a prompt is opened with.
 *
 * @param completed adds what the user has of a kernel's types
 * @param commands runs one of Retrovisor's other commands, and gives its exit code
 * @param at where to begin, as the user wrote it; empty for the trace's beginning
 * @param lines command lines to run; empty if they come from standard input or a terminal
 * @param isJson whether answers are for programs
 * @param isQuiet whether nothing but answers is said
 */
public record PromptSetup(
        Screen screen,
        Path trace,
        ReplayOptions options,
        UnaryOperator<KernelFacts> completed,
        ToIntFunction<List<String>> commands,
        String at,
        Optional<List<String>> lines,
        boolean isJson,
        boolean isQuiet) {}
