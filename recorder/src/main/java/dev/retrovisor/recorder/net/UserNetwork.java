package dev.retrovisor.recorder.net;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A user-mode network, ready for one guest; see the package for what it does.
 *
 * <p>{@link #send} and {@link #poll} are for the machine's thread and never block. Frames go across without an FCS, at most
 * 1514 bytes, with all checksums in place: the network device must not offer checksum or segmentation offload.
 */
public final class UserNetwork implements AutoCloseable {
    private static final int BACKLOG = 64;

    private final NetworkLoop loop;
    private final Thread thread;
    private final List<HostForward> forwards;

    private UserNetwork(NetworkLoop loop, List<HostForward> forwards) {
        this.loop = loop;
        this.forwards = List.copyOf(forwards);
        this.thread = Thread.ofPlatform().daemon().name("user-network").unstarted(loop);
    }

    /**
     * Takes the forwarded ports and starts.
     *
     * @throws NetworkOptionException when a host port of a forward can't be had
     * @throws IOException when the host has no selector to give
     */
    public static UserNetwork open(UserNetworkConfig config) throws IOException {
        return open(config, HostSide.real());
    }

    static UserNetwork open(UserNetworkConfig config, HostSide hostSide) throws IOException {
        NetworkLoop loop = new NetworkLoop(config, hostSide);
        List<HostForward> bound = new ArrayList<>();
        boolean complete = false;
        try {
            for (HostForward forward : config.forwards()) {
                bound.add(forward.withHostPort(bind(loop, forward)));
            }
            UserNetwork network = new UserNetwork(loop, bound);
            network.thread.start();
            complete = true;
            return network;
        } finally {
            if (!complete) {
                loop.stop();
                loop.run(); // Only closes what is open.
            }
        }
    }

    private static int bind(NetworkLoop loop, HostForward forward) {
        InetSocketAddress address = new InetSocketAddress(forward.bindAddress().toInetAddress(), forward.hostPort());
        Channel opened = null;
        try {
            return switch (forward.protocol()) {
                case TCP -> {
                    ServerSocketChannel channel = ServerSocketChannel.open();
                    opened = channel;
                    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                    channel.bind(address, BACKLOG);
                    loop.listen(channel, forward);
                    yield channel.socket().getLocalPort();
                }
                case UDP -> {
                    DatagramChannel channel = DatagramChannel.open();
                    opened = channel;
                    channel.bind(address);
                    loop.listen(channel, forward);
                    yield channel.socket().getLocalPort();
                }
            };
        } catch (IOException e) {
            if (opened != null) {
                Channels.close(opened);
            }
            throw new NetworkOptionException(refusal(forward, e), e);
        }
    }

    private static String refusal(HostForward forward, IOException failure) {
        String remedy = failure instanceof BindException && forward.hostPort() != 0 && forward.hostPort() < 1024
                ? "ports below 1024 need rights, others must be free: choose another host port"
                : "choose another host port, or end what uses it";
        return "can't listen on %s port %s:%d for hostfwd=%s: %s; %s"
                .formatted(
                        forward.protocol(),
                        forward.bindAddress(),
                        forward.hostPort(),
                        forward,
                        failure.getMessage(),
                        remedy);
    }

    /** The forwarded ports as they are: a host port that was asked for as 0 has its number here. */
    public List<HostForward> forwards() {
        return forwards;
    }

    /**
     * Takes a frame from the guest. Never blocks, never throws at what the frame holds; loses the frame when too many wait.
     *
     * @param frame from the destination address to the end of the payload; belongs to the network from now on
     */
    public void send(byte[] frame) {
        if (frame.length <= Ethernet.MAX_FRAME_BYTES) {
            loop.send(frame);
        }
    }

    /**
     * The next frame for the guest, or null when there is none now. Poll only what the guest has room for: what waits here
     * holds back the host's senders, what is thrown away must be sent again.
     *
     * @throws IllegalStateException when the network has stopped by a bug of its own
     */
    public byte[] poll() {
        byte[] frame = loop.queue().poll();
        if (frame == null && loop.failure() != null) {
            throw new IllegalStateException("the user network has stopped: a bug in it", loop.failure());
        }
        return frame;
    }

    /**
     * Says whom to tell that {@link #poll} may have something. Called from the network's thread, at times for nothing; must
     * return soon and not throw.
     */
    public void setWakeup(Runnable wakeup) {
        loop.queue().setWakeup(wakeup);
    }

    /** Closes all sockets; peers see their connections end. */
    @Override
    public void close() {
        loop.stop();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
