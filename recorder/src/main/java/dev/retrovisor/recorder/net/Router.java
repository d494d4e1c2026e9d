package dev.retrovisor.recorder.net;

/** Takes the guest's frames apart as far as their protocol, drops what is bad or not ours, and hands on the rest. */
final class Router {
    private final AddressPlan plan;
    private final Arp arp;
    private final Icmp icmp;
    private final Dhcp dhcp;
    private final Dns dns;
    private final UdpTable udp;
    private final TcpTable tcp;
    private final Ipv4Reassembly reassembly = new Ipv4Reassembly();

    Router(AddressPlan plan, Arp arp, Icmp icmp, Dhcp dhcp, Dns dns, UdpTable udp, TcpTable tcp) {
        this.plan = plan;
        this.arp = arp;
        this.icmp = icmp;
        this.dhcp = dhcp;
        this.dns = dns;
        this.udp = udp;
        this.tcp = tcp;
    }

    void receive(byte[] frame, long nowNanos) {
        if (frame.length < Ethernet.HEADER_BYTES || !Ethernet.isUnicast(Ethernet.source(frame))) {
            return;
        }
        long destination = Ethernet.destination(frame);
        if (destination != plan.mac() && destination != Ethernet.BROADCAST) {
            return;
        }
        switch (Ethernet.type(frame)) {
            case Ethernet.TYPE_ARP -> arp.receive(frame);
            case Ethernet.TYPE_IPV4 -> ipv4(frame, nowNanos);
            default -> {} // IPv6, VLAN and all else: not carried.
        }
    }

    private void ipv4(byte[] frame, long nowNanos) {
        Ipv4Packet packet = Ipv4Packet.parse(frame, Ethernet.HEADER_BYTES);
        if (packet == null || packet.source() != Ipv4Address.ANY && !plan.isGuest(packet.source())) {
            return;
        }
        arp.learn(packet.source(), Ethernet.source(frame));
        if (packet.isFragment()) {
            packet = reassembly.add(packet, nowNanos);
        }
        if (packet == null) {
            return;
        }
        if (packet.protocol() == Ipv4Packet.UDP) {
            udp(packet, nowNanos);
        } else if (packet.source() != Ipv4Address.ANY && forwards(packet)) {
            switch (packet.protocol()) {
                case Ipv4Packet.ICMP -> icmp.receive(packet);
                case Ipv4Packet.TCP -> {
                    TcpSegment segment = TcpSegment.parse(packet);
                    if (segment != null) {
                        tcp.receive(segment, nowNanos);
                    }
                }
                default -> {
                    if (plan.place(packet.destination()) != AddressPlan.Place.NOWHERE) {
                        icmp.unreachable(packet, Icmp.Unreachable.PROTOCOL);
                    }
                }
            }
        }
    }

    private void udp(Ipv4Packet packet, long nowNanos) {
        UdpDatagram datagram = UdpDatagram.parse(packet);
        if (datagram == null) {
            return;
        }
        int destination = packet.destination();
        if (datagram.destinationPort() == Dhcp.SERVER_PORT
                && (destination == Ipv4Address.BROADCAST || destination == plan.host())) {
            // The one thing that a station without an address may send.
            dhcp.receive(datagram);
        } else if (packet.source() == Ipv4Address.ANY || !forwards(packet)) {
            return;
        } else if (datagram.destinationPort() == Dns.PORT && plan.place(destination) == AddressPlan.Place.DNS) {
            dns.receive(datagram, nowNanos);
        } else {
            udp.receive(datagram, nowNanos);
        }
    }

    /** We are the first router on the way, and traceroute wants to see it. */
    private boolean forwards(Ipv4Packet packet) {
        if (packet.timeToLive() <= 1 && plan.place(packet.destination()) == AddressPlan.Place.OUTSIDE) {
            icmp.timeExceeded(packet);
            return false;
        }
        return true;
    }
}
