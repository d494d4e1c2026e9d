package dev.retrovisor.cli.prompt;

/** A command of the prompt. One file, and one line in {@link PromptCommands}. */
interface PromptCommand {
    /** Its words, for whoever reads, completes or explains them. */
    CommandRow row();

    /**
     * Does it.
     *
     * @throws dev.retrovisor.cli.UserMistake if it can't be done as asked
     */
    Reply run(Session session, Arguments arguments);
}
