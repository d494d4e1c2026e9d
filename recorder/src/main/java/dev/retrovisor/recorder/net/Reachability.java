package dev.retrovisor.recorder.net;

import java.io.IOException;
import java.net.InetAddress;

/** Whether a host answers; may block for a few seconds. */
interface Reachability {
    boolean isReachable(InetAddress address);

    /**
     * The JDK's best effort: ICMP echo where the process may open a raw socket, otherwise a TCP connection to the echo
     * port, whose refusal counts as an answer. So without that right a host behind a firewall seems dead.
     */
    static boolean byJdk(InetAddress address) {
        try {
            return address.isReachable(3_000);
        } catch (IOException _) {
            return false;
        }
    }
}
