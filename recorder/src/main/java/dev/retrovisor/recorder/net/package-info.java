/**
 * A user-mode network: a small router, written from the RFCs, between the guest's virtio-net and the host's sockets.
 *
 * <p>It is host-side code. The guest's Ethernet frames go in by {@link dev.retrovisor.recorder.net.UserNetwork#send},
 * the frames that it makes for the guest come out of {@link dev.retrovisor.recorder.net.UserNetwork#poll}; the recorder
 * logs those and injects them, so nothing here needs to be deterministic, and a replay never runs it. Clocks, threads
 * and sockets are allowed.
 *
 * <p>What it gives the guest: ARP for the gateway and the name server, DHCP, DNS forwarded to the host's resolvers (UDP
 * and TCP), TCP and UDP to the outside, the host's loopback at the gateway's address, ICMP echo, and forwarding of host
 * ports to the guest. It promises that no byte of a TCP stream is lost, doubled or reordered, that it reads from a host
 * socket no faster than the guest takes, and that everything a guest can make it keep is bounded.
 *
 * <p>Threads: one daemon selector thread owns all sockets and all protocol state; the two calls of the machine's thread
 * only touch bounded queues. A few daemon threads, started on demand, probe hosts that the guest pings.
 *
 * <p>What it never does: block or throw at the guest's frames, whatever they are; believe a length, checksum or source
 * address that it has not checked; carry IPv6, VLAN tags, broadcast or multicast (all dropped silently; DHCP apart).
 */
package dev.retrovisor.recorder.net;
