package dev.retrovisor.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes a shell's completion script, made from the same declarations as the help. */
@Command(
        name = "completion",
        description = "Print a script that makes a shell complete Retrovisor's commands and options.",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "@|bold Examples|@",
            "  source <(retrovisor completion bash)      for this shell",
            "  echo 'source <(retrovisor completion bash)' >> ~/.bashrc",
            "  echo 'source <(retrovisor completion zsh)' >> ~/.zshrc"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Context context;

    @Parameters(paramLabel = "SHELL", completionCandidates = Shells.class, description = "bash or zsh.")
    private String shell;

    CompletionCommand(Context context) {
        this.context = context;
    }

    static final class Shells extends Words {
        Shells() {
            super("bash", "zsh");
        }
    }

    @Override
    public Integer call() {
        String script = AutoComplete.bash("retrovisor", new CommandTree(context).commandLine());
        Screen screen = context.screen();
        switch (shell) {
            case "bash" -> screen.out().print(script);
            // The script is bash's: zsh runs it once its own completion and the layer for bash's are loaded.
            case "zsh" ->
                screen.out()
                        .print(
                                "autoload -Uz compinit bashcompinit\n(( $+functions[compdef] )) || compinit\nbashcompinit\n"
                                        + script);
            default -> throw new UserMistake("no completion for '%s': there are bash and zsh".formatted(shell));
        }
        return ExitCode.GOOD;
    }
}
