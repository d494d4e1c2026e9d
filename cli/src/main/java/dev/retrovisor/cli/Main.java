package dev.retrovisor.cli;

/** Where the JVM starts. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Screen screen = Screen.ofProcess();
        int exitCode = new CommandTree(screen).run(arguments);
        screen.flush();
        System.exit(exitCode);
    }
}
