package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.memory.OffHeap;
import dev.retrovisor.machine.memory.Ram;

/**
 * Address translation by Sv39, Sv48 and Sv57 page tables with Svnapot, Svpbmt and either Svadu or Svade (privileged
 * manual, "Supervisor-Level ISA"). The result of a walk stands in the walker's fields until the next one.
 */
final class PageWalker {
    static final int MODE_SHIFT = 60;
    private static final long PPN_BITS = (1L << 44) - 1;

    private static final int V = 1;
    private static final int R = 1 << 1;
    private static final int W = 1 << 2;
    private static final int X = 1 << 3;
    private static final int U = 1 << 4;
    private static final int A = 1 << 6;
    private static final int D = 1 << 7;
    private static final int PPN_SHIFT = 10;
    private static final int PBMT_SHIFT = 61;
    private static final long N = 1L << 63;

    /** Bits 60 to 54: reserved, a fault if set. */
    private static final long RESERVED = 0x7FL << 54;

    private static final long MENVCFG_PBMTE = 1L << 62;
    private static final long MENVCFG_ADUE = 1L << 61;

    private static final int TABLE_BYTES = 4096;

    private final HartState state;
    private final Ram ram;
    private final Pmp pmp;
    private final Tlb tlb;
    private final Translations translations;
    private final AccessProbes probes;

    private long physicalAddress;

    PageWalker(HartState state, Ram ram, Pmp pmp, Tlb tlb, Translations translations, AccessProbes probes) {
        this.probes = probes;
        this.tlb = tlb;
        this.translations = translations;
        this.state = state;
        this.ram = ram;
        this.pmp = pmp;
    }

    /** The translation that the last walk found. */
    long physicalAddress() {
        return physicalAddress;
    }

    /**
     * Walks the page tables for one access.
     *
     * @return 0, or the cause of the exception to take
     */
    int walk(long virtualAddress, int access, int privilege) {
        long satp = state.get(HartState.SATP);
        int levels = (int) (satp >>> MODE_SHIFT) - 5; // Sv39 is mode 8 with three levels
        int virtualBits = 12 + 9 * levels;
        if (virtualAddress << 64 - virtualBits >> 64 - virtualBits != virtualAddress) {
            return Access.pageFault(access);
        }
        long table = (satp & PPN_BITS) << 12;
        for (int level = levels - 1; level >= 0; level--) {
            long entryAddress = table + (virtualAddress >>> 12 + 9 * level & 511) * 8;
            if (!ram.contains(entryAddress, 8) || !pmp.allows(entryAddress, 8, Access.LOAD, Privilege.SUPERVISOR)) {
                return Access.accessFault(access);
            }
            // What lies under the upper half's root entries may be inherited by any space.
            int serial = virtualAddress < 0 && level < levels - 1 ? Tlb.ALL : tlb.serial();
            translations.noteTable(entryAddress, virtualAddress, level, serial);
            long entry = ram.readLong(entryAddress);
            if ((entry & V) == 0 || (entry & (R | W)) == W || (entry & RESERVED) != 0) {
                return Access.pageFault(access);
            }
            if ((entry & (R | X)) != 0) {
                return finish(virtualAddress, access, privilege, entryAddress, entry, level);
            }
            if ((entry & (N | 3L << PBMT_SHIFT | U | A | D)) != 0) {
                return Access.pageFault(access);
            }
            table = (entry >>> PPN_SHIFT & PPN_BITS) << 12;
        }
        return Access.pageFault(access);
    }

    /**
     * Whether two address spaces translate negative addresses by the same tables, as a kernel makes them; from now on
     * writes to the second one's root are noticed, as if it had been walked.
     */
    boolean sharesUpperHalf(long satp, long other) {
        int mode = (int) (satp >>> MODE_SHIFT);
        long root = (satp & PPN_BITS) << 12;
        long otherRoot = (other & PPN_BITS) << 12;
        if (mode == 0
                || mode != (int) (other >>> MODE_SHIFT)
                || !ram.contains(root, TABLE_BYTES)
                || !ram.contains(otherRoot, TABLE_BYTES)
                || !pmp.allows(otherRoot, TABLE_BYTES, Access.LOAD, Privilege.SUPERVISOR)) {
            return false;
        }
        for (int offset = TABLE_BYTES / 2; offset < TABLE_BYTES; offset += 8) {
            if (ram.readLong(root + offset) != ram.readLong(otherRoot + offset)) {
                return false;
            }
        }
        translations.noteTable(otherRoot + TABLE_BYTES - 8, Tlb.PAGE_MASK, mode - 6, tlb.serial());
        return true;
    }

    private int finish(long virtualAddress, int access, int privilege, long entryAddress, long entry, int level) {
        if (!mayUse(entry, access, privilege)) {
            return Access.pageFault(access);
        }
        long memoryType = entry >>> PBMT_SHIFT & 3;
        if (memoryType == 3 || memoryType != 0 && (state.get(HartState.MENVCFG) & MENVCFG_PBMTE) == 0) {
            return Access.pageFault(access);
        }
        long page = (entry >>> PPN_SHIFT & PPN_BITS) << 12;
        long leafBytes = 4096L << 9 * level;
        if ((page & leafBytes - 1) != 0) {
            return Access.pageFault(access); // misaligned superpage
        }
        if ((entry & N) != 0) {
            // Svnapot knows one size, 64 KiB: the low four bits of the page number read 1000.
            if (level != 0 || (page >>> 12 & 15) != 8) {
                return Access.pageFault(access);
            }
            leafBytes = 64 << 10;
            page &= -leafBytes;
        }
        long needed = access == Access.STORE ? A | D : A;
        if ((entry & needed) != needed) {
            if ((state.get(HartState.MENVCFG) & MENVCFG_ADUE) == 0) {
                return Access.pageFault(access);
            }
            if (!pmp.allows(entryAddress, 8, Access.STORE, Privilege.SUPERVISOR)) {
                return Access.accessFault(access);
            }
            ram.noteWrite(entryAddress, 8);
            probes.walk(virtualAddress, entryAddress, entry | needed);
            OffHeap.putLong(ram.hostAddress(entryAddress), entry | needed);
        }
        physicalAddress = page | virtualAddress & leafBytes - 1;
        return 0;
    }

    private boolean mayUse(long entry, int access, int privilege) {
        long mstatus = state.get(HartState.MSTATUS);
        boolean userPage = (entry & U) != 0;
        if (privilege == Privilege.USER && !userPage) {
            return false;
        }
        if (privilege == Privilege.SUPERVISOR && userPage && (access == Access.FETCH || (mstatus & Mstatus.SUM) == 0)) {
            return false;
        }
        return switch (access) {
            case Access.LOAD -> (entry & R) != 0 || (mstatus & Mstatus.MXR) != 0 && (entry & X) != 0;
            case Access.STORE -> (entry & W) != 0;
            default -> (entry & X) != 0;
        };
    }
}
