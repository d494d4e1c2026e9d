package dev.retrovisor.recorder.net;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The selector thread's work: the guest's frames, ready sockets, timers, and then what that has made ready to send. */
final class NetworkLoop implements Runnable {
    private static final int MAX_WAITING_FRAMES = 1024;
    private static final int FRAMES_A_TURN = 128;

    private final Selector selector;
    private final FrameQueue queue;
    private final Icmp icmp;
    private final Dns dns;
    private final UdpTable udp;
    private final TcpTable tcp;
    private final Router router;
    private final Queue<byte[]> fromGuest = new ArrayBlockingQueue<>(MAX_WAITING_FRAMES);
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final long startNanos = System.nanoTime();
    private volatile boolean stopping;
    private volatile Throwable failure;

    NetworkLoop(UserNetworkConfig config, HostSide hostSide) throws IOException {
        selector = Selector.open();
        AddressPlan plan = new AddressPlan(config);
        queue = new FrameQueue(this::wake);
        Arp arp = new Arp(plan, queue);
        Ipv4Output output = new Ipv4Output(arp);
        icmp = new Icmp(plan, output, hostSide.reachability(), this::later);
        dns = new Dns(plan, output, selector, hostSide.resolvers());
        udp = new UdpTable(plan, output, icmp, selector);
        tcp = new TcpTable(plan, output, icmp, queue, selector, hostSide.resolvers());
        router = new Router(plan, arp, icmp, new Dhcp(plan, output, arp), dns, udp, tcp);
    }

    FrameQueue queue() {
        return queue;
    }

    /** The error that has ended the loop, a bug of ours, or null. */
    Throwable failure() {
        return failure;
    }

    void listen(ServerSocketChannel channel, HostForward forward) throws IOException {
        tcp.listen(channel, forward);
    }

    void listen(DatagramChannel channel, HostForward forward) throws IOException {
        udp.listen(channel, forward);
    }

    /** From any thread: a frame of the guest, lost if too many wait. */
    void send(byte[] frame) {
        if (fromGuest.offer(frame)) {
            wake();
        }
    }

    /** From any thread: runs this on the selector thread. */
    private void later(Runnable task) {
        tasks.add(task);
        wake();
    }

    private void wake() {
        if (!woken.getAndSet(true)) {
            selector.wakeup();
        }
    }

    void stop() {
        stopping = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                turn();
            }
        } catch (IOException | RuntimeException | Error e) {
            // Kept for the machine's thread, which stops at the next poll.
            failure = e;
        } finally {
            icmp.close();
            dns.close();
            udp.close();
            tcp.close();
            closeSelector();
            queue.fail();
        }
    }

    private void turn() throws IOException {
        long now = System.nanoTime() - startNanos;
        for (int i = 0; i < FRAMES_A_TURN; i++) {
            byte[] frame = fromGuest.poll();
            if (frame == null) {
                break;
            }
            router.receive(frame, now);
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isValid()) {
                ((ChannelHandler) key.attachment()).ready(key, now);
            }
        }
        selector.selectedKeys().clear();
        long deadline = Math.min(tcp.runTimers(now), Math.min(udp.runTimers(now), dns.runTimers(now)));
        boolean roomAgain = tcp.flush(now) && queue.stall();
        // What was sent has armed timers.
        deadline = Math.min(deadline, tcp.runTimers(now));
        queue.announce();
        woken.set(false);
        if (roomAgain || !fromGuest.isEmpty() || !tasks.isEmpty() || deadline <= now) {
            selector.selectNow();
        } else if (deadline == Long.MAX_VALUE) {
            selector.select();
        } else {
            // Rounded up: a millisecond too late costs nothing, one too early costs a turn.
            selector.select(TimeUnit.NANOSECONDS.toMillis(deadline - now) + 1);
        }
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException _) {
            // All that was registered is closed already.
        }
    }
}
