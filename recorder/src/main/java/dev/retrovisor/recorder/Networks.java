package dev.retrovisor.recorder;

import dev.retrovisor.machine.Machine;
import dev.retrovisor.recorder.net.UserNetwork;
import dev.retrovisor.recorder.net.UserNetworkConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The networks that a machine's cards are connected to, with the next frame for each looked at before it is taken. */
final class Networks implements AutoCloseable {
    private final List<UserNetwork> networks = new ArrayList<>();
    private byte[][] next;

    static Networks open(List<UserNetworkConfig> configs, Runnable wakeup) {
        var opened = new Networks();
        try {
            for (UserNetworkConfig config : configs) {
                UserNetwork network = UserNetwork.open(config);
                opened.networks.add(network);
                network.setWakeup(wakeup);
            }
        } catch (IOException e) {
            opened.close();
            throw new HostSetupException("the host gives no sockets for a network: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        opened.next = new byte[opened.networks.size()][];
        return opened;
    }

    int count() {
        return networks.size();
    }

    /** Whether a card would take a frame now, and there is one. */
    boolean hasFrame(Machine machine) {
        for (int nic = 0; nic < networks.size(); nic++) {
            if (peek(machine, nic) != null) {
                return true;
            }
        }
        return false;
    }

    /** The next frame for a card that would take it, or null. */
    byte[] take(Machine machine, int nic) {
        byte[] frame = peek(machine, nic);
        next[nic] = null;
        return frame;
    }

    private byte[] peek(Machine machine, int nic) {
        if (machine.frameRoom(nic) == 0) {
            return null;
        }
        if (next[nic] == null) {
            next[nic] = networks.get(nic).poll();
        }
        return next[nic];
    }

    /** Takes a frame from the guest; one from a card that is connected to nothing is lost. */
    void send(int nic, byte[] frame) {
        if (nic >= networks.size()) {
            return;
        }
        // The network keeps what it gets, and the event belongs to the trace.
        networks.get(nic).send(frame.clone());
    }

    @Override
    public void close() {
        networks.forEach(UserNetwork::close);
    }
}
