package dev.retrovisor.cli;

import dev.retrovisor.cli.gdb.GdbServer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Where gdb comes in: a socket of this host's, or standard input and output. */
final class GdbDoor implements AutoCloseable {
    private static final int DEFAULT_PORT = 1234;
    private static final int HIGHEST_PORT = 65_535;

    /** The options that say so. */
    static final class Choice {
        @Option(
                names = "--port",
                paramLabel = "N",
                defaultValue = "" + DEFAULT_PORT,
                converter = Port.class,
                description = "TCP port to listen at; 0 for any that is free. Default: " + DEFAULT_PORT + ".")
        private int port;

        @Option(
                names = "--listen",
                paramLabel = "ADDRESS",
                defaultValue = "127.0.0.1",
                description = "Address to listen at. Whoever reaches it may look at all of the guest: there is no"
                        + " password. Default: 127.0.0.1, this host alone.")
        private String address;

        @Option(
                names = "--stdio",
                description = "Talk to one gdb on standard input and output, for its 'target remote |'.")
        private boolean stdio;

        @Option(names = "--once", description = "End when the first gdb leaves, instead of waiting for the next.")
        private boolean once;

        boolean isStdio() {
            return stdio;
        }
    }

    /** A port's number. */
    static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > HIGHEST_PORT) {
                throw new TypeConversionException("'%s' is no port: give 0 to %d".formatted(text, HIGHEST_PORT));
            }
            return Integer.parseInt(text);
        }
    }

    private final Choice choice;

    /** Null for standard input and output. */
    private final ServerSocket socket;

    private GdbDoor(Choice choice, ServerSocket socket) {
        this.choice = choice;
        this.socket = socket;
    }

    /** @throws UserMistake if the port can't be had */
    static GdbDoor open(Choice choice) {
        if (choice.stdio) {
            return new GdbDoor(choice, null);
        }
        try {
            return new GdbDoor(choice, new ServerSocket(choice.port, 0, InetAddress.getByName(choice.address)));
        } catch (UnknownHostException _) {
            throw new UserMistake("--listen %s: no address of this host".formatted(choice.address));
        } catch (BindException e) {
            throw new UserMistake("port %d of %s can't be had (%s): give another with --port, or --port 0 for any"
                    .formatted(choice.port, choice.address, e.getMessage()));
        } catch (IOException e) {
            throw new UserMistake("--listen %s: %s".formatted(choice.address, e.getMessage()));
        }
    }

    /** Tells the user how to come in; nothing on standard input and output, where gdb is already. */
    void announce(Screen screen) {
        if (socket != null) {
            String host = socket.getInetAddress().isLoopbackAddress()
                            || socket.getInetAddress().isAnyLocalAddress()
                    ? ""
                    : choice.address;
            screen.out().println("gdb-multiarch -ex 'target remote %s:%d'".formatted(host, socket.getLocalPort()));
            screen.out().flush();
        }
    }

    /** Serves until the server is closed, or the only gdb has left. */
    void serve(GdbServer server) {
        if (socket == null) {
            // Not closed: the descriptors belong to the process.
            @SuppressWarnings("resource")
            var out = new FileOutputStream(FileDescriptor.out);
            server.serve(System.in, out);
        } else {
            server.serve(socket, choice.once);
        }
    }

    @Override
    public void close() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException _) {
                // Nothing is left to be saved.
            }
        }
    }
}
