package dev.retrovisor.cli.gdb;

import dev.retrovisor.replayer.timeline.Timeline;
import dev.retrovisor.replayer.timeline.Watcher;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Serves a machine, or a process of its guest, to one gdb after the other. What is served belongs to the thread that
 * serves; {@link #stop} is for any.
 */
public final class GdbServer {
    private final Target target;
    private final Mover mover;
    private final Monitor monitor;
    private final Consumer<String> log;
    private final LinkedBlockingQueue<Connection> waiting = new LinkedBlockingQueue<>();
    private final AtomicBoolean isBusy = new AtomicBoolean();
    private volatile boolean isClosed;
    private volatile ServerSocket socket;
    private volatile Connection current;
    private volatile Thread server;

    private GdbServer(Target target, Mover mover, GuestKernel guest, GuestLooks looks, Consumer<String> log) {
        this.target = target;
        this.mover = mover;
        this.log = log;
        monitor = new Monitor(target, mover, guest, looks);
    }

    /**
     * A recorded machine, where its timeline stands.
     *
     * @param log takes lines for the person at the server
     */
    public static GdbServer of(Timeline timeline, GuestKernel guest, GuestLooks looks, Consumer<String> log) {
        Mover mover = Mover.of(timeline);
        return new GdbServer(new MachineTarget(mover, guest), mover, guest, looks, log);
    }

    /**
     * A process of a recorded machine, whose kernel must be there where its timeline stands.
     *
     * @param toBeginning whether to go back to where its last program begins
     * @throws GdbError if there is no such process
     */
    public static GdbServer ofProcess(
            Timeline timeline,
            int pid,
            boolean toBeginning,
            GuestKernel guest,
            GuestLooks looks,
            Watcher watcher,
            Consumer<String> log) {
        Mover mover = Mover.of(timeline);
        var target = new ProcessTarget(mover, guest, pid);
        if (toBeginning && !target.toBeginning(watcher)) {
            throw new GdbError("process %d runs no program before %s".formatted(pid, looks.words(timeline.end())));
        }
        if (!target.isHere()) {
            throw new GdbError(
                    "no process %d with memory of its own at %s".formatted(pid, looks.words(timeline.position())));
        }
        return new GdbServer(target, mover, guest, looks, log);
    }

    /** A machine that runs live. */
    public static GdbServer of(LiveMover mover, GuestKernel guest, GuestLooks looks, Consumer<String> log) {
        return new GdbServer(new MachineTarget(mover, guest), mover, guest, looks, log);
    }

    /**
     * Serves clients of a socket until it is closed.
     *
     * @param once only the first client
     */
    public void serve(ServerSocket listening, boolean once) {
        server = Thread.currentThread();
        socket = listening;
        Thread.ofPlatform().daemon().name("gdb door").start(() -> accept(listening));
        do {
            try (Connection connection = waiting.take()) {
                serve(connection);
            } catch (InterruptedException _) {
                return; // closed
            } finally {
                isBusy.set(false);
            }
        } while (!once && !isClosed);
    }

    private void accept(ServerSocket listening) {
        while (!isClosed) {
            try {
                Socket client = listening.accept();
                if (isBusy.compareAndSet(false, true)) {
                    client.setTcpNoDelay(true);
                    log.accept("gdb from " + client.getRemoteSocketAddress());
                    waiting.add(new Connection(client.getInputStream(), client.getOutputStream(), client));
                } else {
                    log.accept("a second gdb, from %s, is refused: one at a time"
                            .formatted(client.getRemoteSocketAddress()));
                    client.close();
                }
            } catch (IOException e) {
                if (!isClosed) {
                    log.accept("a gdb could not connect: " + e.getMessage());
                    isBusy.set(current != null);
                }
            }
        }
    }

    /** Serves one client that is connected already. */
    public void serve(InputStream in, OutputStream out) {
        server = Thread.currentThread();
        try (var connection = new Connection(in, out, () -> {})) {
            serve(connection);
        } catch (InterruptedException _) {
            // closed
        }
    }

    private void serve(Connection connection) throws InterruptedException {
        current = connection;
        mover.begin();
        try {
            connection.start();
            new Session(target, monitor, connection, log).run();
        } finally {
            current = null;
            mover.end();
            if (!isClosed) {
                log.accept("gdb has left");
            }
        }
    }

    /** Ends serving soon; whatever runs is cut short. */
    public void stop() {
        isClosed = true;
        Connection open = current;
        if (open != null) {
            open.close();
        }
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException _) {
            // It is closed for whoever comes.
        }
        Thread serving = server;
        if (serving != null && open == null) {
            serving.interrupt();
        }
    }
}
