package dev.retrovisor.recorder.net;

/**
 * An IPv4 network.
 *
 * @param base its first address, host bits zero
 * @param prefixBits how many leading bits are the network's
 */
public record Ipv4Network(Ipv4Address base, int prefixBits) {
    /** Checks that the prefix is a prefix and the base has no host bits. */
    public Ipv4Network {
        if (prefixBits < 1 || prefixBits > 31 || (base.bits() & ~mask(prefixBits)) != 0) {
            throw new IllegalArgumentException("no network: %s/%d".formatted(base, prefixBits));
        }
    }

    static int mask(int prefixBits) {
        return -1 << 32 - prefixBits;
    }

    int mask() {
        return mask(prefixBits);
    }

    int broadcast() {
        return base.bits() | ~mask();
    }

    boolean contains(int address) {
        return (address & mask()) == base.bits();
    }

    /** Whether a station may have this address: inside, and neither the network's own nor its broadcast address. */
    boolean isStation(int address) {
        return contains(address) && address != base.bits() && address != broadcast();
    }

    Ipv4Address station(int number) {
        return new Ipv4Address(base.bits() + number);
    }

    @Override
    public String toString() {
        return base + "/" + prefixBits;
    }
}
