package dev.retrovisor.machine.hart;

/**
 * Physical memory protection: 16 regions with a granularity of four bytes (privileged manual, "Physical Memory
 * Protection"). With no region switched on, machine mode may do anything and the others nothing.
 */
final class Pmp {
    static final int REGIONS = 16;

    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final int MODE_SHIFT = 3;
    private static final int TOR = 1;
    private static final int NA4 = 2;
    private static final int NAPOT = 3;
    private static final int LOCKED = 0x80;

    /** Bits 53 to 0 hold an address's bits 55 to 2. */
    private static final long ADDRESS_BITS = (1L << 54) - 1;

    private final HartState state;

    Pmp(HartState state) {
        this.state = state;
    }

    /** One region's configuration byte. */
    int config(int region) {
        return (int) (state.get(HartState.PMPCFG + region / 8 * 8) >>> region % 8 * 8) & 0xFF;
    }

    long readConfig(int register) {
        return state.get(HartState.PMPCFG + register * 8);
    }

    /** Writes eight configuration bytes; locked ones stay, and W without R becomes neither (both are WARL). */
    void writeConfig(int register, long value) {
        long merged = 0;
        for (int i = 0; i < 8; i++) {
            int old = config(register * 8 + i);
            int wanted = (int) (value >>> i * 8) & 0x9F;
            if ((wanted & (READ | WRITE)) == WRITE) {
                wanted &= ~WRITE;
            }
            merged |= (long) ((old & LOCKED) != 0 ? old : wanted) << i * 8;
        }
        state.set(HartState.PMPCFG + register * 8, merged);
    }

    long readAddress(int region) {
        return state.get(HartState.PMPADDR + region * 8);
    }

    void writeAddress(int region, long value) {
        boolean locked = (config(region) & LOCKED) != 0;
        if (region + 1 < REGIONS) {
            int next = config(region + 1);
            locked |= (next & LOCKED) != 0 && mode(next) == TOR;
        }
        if (!locked) {
            state.set(HartState.PMPADDR + region * 8, value & ADDRESS_BITS);
        }
    }

    /** Whether an access to {@code [address, address + lengthBytes)} is allowed at a privilege. */
    boolean allows(long address, int lengthBytes, int access, int privilege) {
        if (firstCoversAll()) {
            return permits(config(0), access, privilege);
        }
        for (int region = 0; region < REGIONS; region++) {
            int config = config(region);
            if (mode(config) == 0) {
                continue;
            }
            long first = first(region, config);
            long end = end(region, config);
            if (address >= end || address + lengthBytes <= first) {
                continue;
            }
            if (address < first || address + lengthBytes > end) {
                return false; // a match of some bytes only fails, whatever the permissions
            }
            return permits(config, access, privilege);
        }
        return privilege == Privilege.MACHINE;
    }

    private static boolean permits(int config, int access, int privilege) {
        if (privilege == Privilege.MACHINE && (config & LOCKED) == 0) {
            return true;
        }
        int needed = access == Access.LOAD ? READ : access == Access.STORE ? WRITE : EXECUTE;
        return (config & needed) != 0;
    }

    /** The common case, as firmware sets it up that protects nothing: one region, matched first, over all addresses. */
    private boolean firstCoversAll() {
        return mode(config(0)) == NAPOT && readAddress(0) == ADDRESS_BITS;
    }

    /** Whether one region, or none, covers all of a page: then the page can go into the TLB. */
    boolean isUniform(long pageAddress) {
        if (firstCoversAll()) {
            return true;
        }
        for (int region = 0; region < REGIONS; region++) {
            int config = config(region);
            if (mode(config) == 0) {
                continue;
            }
            long first = first(region, config);
            long end = end(region, config);
            if (first <= pageAddress && pageAddress + 4096 <= end) {
                return true;
            }
            if (pageAddress < end && first < pageAddress + 4096) {
                return false;
            }
        }
        return true;
    }

    private static int mode(int config) {
        return config >>> MODE_SHIFT & 3;
    }

    private long first(int region, int config) {
        long address = readAddress(region);
        return switch (mode(config)) {
            case TOR -> region == 0 ? 0 : readAddress(region - 1) << 2;
            case NA4 -> address << 2;
            default -> (address & address + 1) << 2;
        };
    }

    private long end(int region, int config) {
        long address = readAddress(region);
        return switch (mode(config)) {
            case TOR -> address << 2;
            case NA4 -> (address << 2) + 4;
            default -> ((address | address + 1) + 1) << 2;
        };
    }
}
