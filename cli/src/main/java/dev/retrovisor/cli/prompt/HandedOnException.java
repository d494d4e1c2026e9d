package dev.retrovisor.cli.prompt;

/** Another command did not end well, and has said why. */
final class HandedOnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    HandedOnException(String command, int exitCode) {
        super("%s: ended with exit code %d".formatted(command, exitCode));
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
