package dev.retrovisor.cli;

import dev.retrovisor.recorder.MachineObserver;

/** Who tells the user about a guest while it runs live. */
interface LiveLook extends MachineObserver, AutoCloseable {
    /**
     * What the process's exit code is after a run that was good.
     *
     * @throws RuntimeException what kept something from being told
     */
    int exitCode();

    @Override
    void close();
}
