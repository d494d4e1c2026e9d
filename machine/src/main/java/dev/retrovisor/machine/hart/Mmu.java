package dev.retrovisor.machine.hart;

import dev.retrovisor.machine.device.Bus;
import dev.retrovisor.machine.memory.OffHeap;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.PcProbes;

/**
 * A hart's way to memory when its TLB has no answer: translation, protection, devices, misaligned and page-crossing
 * accesses, atomics. Engines try the {@link Tlb} themselves and call this on a miss; every method either does all of
 * the access or throws the hart's {@link Trap} before doing any of it.
 */
public final class Mmu {
    private static final long PAGE_OFFSET = 4095;

    /** Physical addresses have 56 bits. */
    private static final int PHYSICAL_BITS = 56;

    private static final int CACHE_BLOCK_BYTES = 64;

    // menvcfg and senvcfg fields for cache-block operations.
    private static final long CBIE_SHIFT = 4;
    private static final long CBCFE = 1 << 6;
    private static final long CBZE = 1 << 7;

    private final Hart hart;
    private final HartState state;
    private final Ram ram;
    private final Bus bus;
    private final Tlb tlb;
    private final Pmp pmp;
    private final PageWalker walker;
    private final PcProbes pcProbes;
    private final AccessProbes probes;

    Mmu(Hart hart, HartState state, Ram ram, Bus bus, Translations translations) {
        this.hart = hart;
        this.state = state;
        this.ram = ram;
        this.bus = bus;
        this.tlb = new Tlb(translations::nextSerial);
        this.pmp = new Pmp(state);
        this.pcProbes = translations.probes().pcs();
        this.probes =
                new AccessProbes(hart.index(), state, ram, translations.probes().memory());
        this.walker = new PageWalker(state, ram, pmp, tlb, translations, probes);
    }

    Tlb tlb() {
        return tlb;
    }

    Pmp pmp() {
        return pmp;
    }

    /** Takes up the address space of the present satp; after each change of it. */
    void selectSpace() {
        long old = tlb.satp();
        long satp = state.get(HartState.SATP);
        if (tlb.select(satp) && walker.sharesUpperHalf(old, satp)) {
            tlb.inheritUpperHalf();
        }
        selectTables();
    }

    /** Points the hart's state at the tables of its present privilege; after each change of it or of mstatus. */
    void selectTables() {
        int privilege = hart.privilege();
        state.set(HartState.TLB, tlb.table(Tlb.USER));
        state.set(HartState.FETCH_TLB, tlb.fetchTable(kind(privilege)));
        state.set(HartState.DATA_TLB, tlb.table(kind(dataPrivilege())));
    }

    /** Loads 1, 2, 4 or 8 bytes, zero-extended. */
    public long load(long virtualAddress, int sizeBytes) {
        int inFirstPage = (int) (4096 - (virtualAddress & PAGE_OFFSET));
        if (inFirstPage < sizeBytes) {
            long first = translate(virtualAddress, inFirstPage, Access.LOAD);
            long second = translate(virtualAddress + inFirstPage, sizeBytes - inFirstPage, Access.LOAD);
            requireRam(first, virtualAddress, Access.LOAD);
            requireRam(second, virtualAddress + inFirstPage, Access.LOAD);
            long value = 0;
            for (int i = 0; i < sizeBytes; i++) {
                long at = i < inFirstPage ? first + i : second + i - inFirstPage;
                value |= (long) ram.readByte(at) << i * 8;
            }
            probes.read(virtualAddress, first, inFirstPage, value);
            probes.read(virtualAddress + inFirstPage, second, sizeBytes - inFirstPage, value >>> inFirstPage * 8);
            return value;
        }
        long physicalAddress = translate(virtualAddress, sizeBytes, Access.LOAD);
        if (ram.contains(physicalAddress, sizeBytes)) {
            long value = switch (sizeBytes) {
                case 1 -> ram.readByte(physicalAddress);
                case 2 -> ram.readShort(physicalAddress);
                case 4 -> ram.readInt(physicalAddress) & 0xFFFF_FFFFL;
                default -> ram.readLong(physicalAddress);
            };
            probes.read(virtualAddress, physicalAddress, sizeBytes, value);
            return value;
        }
        requireDevice(physicalAddress, sizeBytes, virtualAddress, Access.LOAD);
        hart.requestStop();
        return bus.read(physicalAddress, sizeBytes);
    }

    /** Stores the low 1, 2, 4 or 8 bytes of {@code value}. */
    public void store(long virtualAddress, int sizeBytes, long value) {
        int inFirstPage = (int) (4096 - (virtualAddress & PAGE_OFFSET));
        if (inFirstPage < sizeBytes) {
            long first = translate(virtualAddress, inFirstPage, Access.STORE);
            long second = translate(virtualAddress + inFirstPage, sizeBytes - inFirstPage, Access.STORE);
            requireRam(first, virtualAddress, Access.STORE);
            requireRam(second, virtualAddress + inFirstPage, Access.STORE);
            probes.write(virtualAddress, first, inFirstPage, value);
            probes.write(virtualAddress + inFirstPage, second, sizeBytes - inFirstPage, value >>> inFirstPage * 8);
            for (int i = 0; i < sizeBytes; i++) {
                long at = i < inFirstPage ? first + i : second + i - inFirstPage;
                putRam(at, 1, value >>> i * 8);
            }
            return;
        }
        long noticed = noticedAddress(virtualAddress);
        long physicalAddress = noticed != 0 ? noticed : translate(virtualAddress, sizeBytes, Access.STORE);
        if (ram.contains(physicalAddress, sizeBytes)) {
            probes.write(virtualAddress, physicalAddress, sizeBytes, value);
            putRam(physicalAddress, sizeBytes, value);
            return;
        }
        requireDevice(physicalAddress, sizeBytes, virtualAddress, Access.STORE);
        hart.requestStop();
        bus.write(physicalAddress, sizeBytes, value);
    }

    /** The physical address of a store that is known to be allowed and must be noticed, or 0. */
    private long noticedAddress(long virtualAddress) {
        long entry = state.get(HartState.DATA_TLB) + TlbTable.offset(virtualAddress);
        if (OffHeap.getLong(entry + Tlb.NOTICED_WRITE_TAG) != (virtualAddress & ~PAGE_OFFSET)) {
            return 0;
        }
        long physicalAddress = ram.physicalAddress(virtualAddress + OffHeap.getLong(entry + Tlb.ADDEND));
        // Else it need not be noticed any more: a translation gives the page its write tag.
        return ram.isWatched(physicalAddress) ? physicalAddress : 0;
    }

    /** The first two or four bytes of the instruction at {@code pc}, which may cross into the next page. */
    public int fetch(long pc) {
        int low = ram.readShort(fetchAddress(pc));
        if ((low & 3) != 3) {
            return low;
        }
        // The fault of the second half names the half's own address.
        return low | ram.readShort(fetchAddress(pc + 2)) << 16;
    }

    /** The physical address in RAM of the code at {@code pc}. */
    public long fetchAddress(long pc) {
        long physicalAddress = translate(pc, 2, Access.FETCH);
        requireRam(physicalAddress, pc, Access.FETCH);
        return physicalAddress;
    }

    /** Whether physical memory protection says the same of all bytes of a page: then one check serves for all. */
    public boolean isProtectedAsOne(long physicalAddress) {
        return pmp.isUniform(physicalAddress & ~PAGE_OFFSET);
    }

    /** The host address of an aligned atomic access, entered in the books as written; {@link #showAtomic} follows. */
    public long atomicAddress(long virtualAddress, int sizeBytes) {
        if ((virtualAddress & sizeBytes - 1) != 0) {
            throw hart.trap(Cause.STORE_MISALIGNED, virtualAddress);
        }
        long physicalAddress = translate(virtualAddress, sizeBytes, Access.STORE);
        requireRam(physicalAddress, virtualAddress, Access.STORE);
        ram.noteWrite(physicalAddress, sizeBytes);
        return ram.hostAddress(physicalAddress);
    }

    /** Shows probes what is about to be written where {@link #atomicAddress} led. */
    public void showAtomic(long virtualAddress, long hostAddress, int sizeBytes, long loaded, long stored) {
        long physicalAddress = ram.physicalAddress(hostAddress);
        probes.read(virtualAddress, physicalAddress, sizeBytes, loaded);
        probes.write(virtualAddress, physicalAddress, sizeBytes, stored);
    }

    public long loadReservedInt(long virtualAddress) {
        long physicalAddress = reserve(virtualAddress, 4);
        int value = ram.readInt(physicalAddress);
        probes.read(virtualAddress, physicalAddress, 4, value);
        return value;
    }

    public long loadReservedLong(long virtualAddress) {
        long physicalAddress = reserve(virtualAddress, 8);
        long value = ram.readLong(physicalAddress);
        probes.read(virtualAddress, physicalAddress, 8, value);
        return value;
    }

    /** Stores if the reservation of the last load-reserved still holds; ends it either way. */
    public boolean storeConditionalInt(long virtualAddress, int value) {
        return storeConditional(virtualAddress, 4, value);
    }

    public boolean storeConditionalLong(long virtualAddress, long value) {
        return storeConditional(virtualAddress, 8, value);
    }

    /** Checks cbo.inval, cbo.clean or cbo.flush; there is no cache to manage. */
    public void manageCacheBlock(long virtualAddress, boolean invalidates) {
        if (invalidates) {
            requireEnvironment(3L << CBIE_SHIFT);
        } else {
            requireEnvironment(CBCFE);
        }
        long block = virtualAddress & -CACHE_BLOCK_BYTES;
        // Allowed where a load or a store would be; the exception is that of a store.
        long physicalAddress = translateOrCause(block, 1, Access.LOAD);
        if (physicalAddress < 0) {
            physicalAddress = translate(block, virtualAddress, CACHE_BLOCK_BYTES, Access.STORE);
        }
        if (!ram.contains(physicalAddress, 1)) {
            requireDevice(physicalAddress, 1, virtualAddress, Access.STORE);
        }
    }

    /** Writes zeros to the block of 64 bytes that holds the address. */
    public void zeroCacheBlock(long virtualAddress) {
        requireEnvironment(CBZE);
        long block = virtualAddress & -CACHE_BLOCK_BYTES;
        long physicalAddress = translate(block, virtualAddress, CACHE_BLOCK_BYTES, Access.STORE);
        requireRam(physicalAddress, virtualAddress, Access.STORE);
        ram.noteWrite(physicalAddress, CACHE_BLOCK_BYTES);
        probes.clear(block, physicalAddress, CACHE_BLOCK_BYTES);
        OffHeap.fill(ram.hostAddress(physicalAddress), CACHE_BLOCK_BYTES, 0);
    }

    private void requireEnvironment(long field) {
        int privilege = hart.privilege();
        if (privilege != Privilege.MACHINE && (state.get(HartState.MENVCFG) & field) == 0
                || privilege == Privilege.USER && (state.get(HartState.SENVCFG) & field) == 0) {
            throw hart.illegalInstruction();
        }
    }

    private long reserve(long virtualAddress, int sizeBytes) {
        if ((virtualAddress & sizeBytes - 1) != 0) {
            throw hart.trap(Cause.LOAD_MISALIGNED, virtualAddress);
        }
        long physicalAddress = translate(virtualAddress, sizeBytes, Access.LOAD);
        requireRam(physicalAddress, virtualAddress, Access.LOAD);
        state.set(HartState.RESERVATION, physicalAddress);
        return physicalAddress;
    }

    private boolean storeConditional(long virtualAddress, int sizeBytes, long value) {
        if ((virtualAddress & sizeBytes - 1) != 0) {
            throw hart.trap(Cause.STORE_MISALIGNED, virtualAddress);
        }
        long physicalAddress = translate(virtualAddress, sizeBytes, Access.STORE);
        requireRam(physicalAddress, virtualAddress, Access.STORE);
        boolean holds = state.get(HartState.RESERVATION) == physicalAddress;
        state.set(HartState.RESERVATION, HartState.NO_RESERVATION);
        if (holds) {
            probes.write(virtualAddress, physicalAddress, sizeBytes, value);
            putRam(physicalAddress, sizeBytes, value);
        }
        return holds;
    }

    private void putRam(long physicalAddress, int sizeBytes, long value) {
        ram.noteWrite(physicalAddress, sizeBytes);
        long host = ram.hostAddress(physicalAddress);
        switch (sizeBytes) {
            case 1 -> OffHeap.putByte(host, (byte) value);
            case 2 -> OffHeap.putShort(host, (short) value);
            case 4 -> OffHeap.putInt(host, (int) value);
            default -> OffHeap.putLong(host, value);
        }
    }

    private void requireRam(long physicalAddress, long virtualAddress, int access) {
        if (!ram.contains(physicalAddress, 1)) {
            throw hart.trap(Access.accessFault(access), virtualAddress);
        }
    }

    private void requireDevice(long physicalAddress, int sizeBytes, long virtualAddress, int access) {
        if (!bus.maps(physicalAddress, sizeBytes)) {
            throw hart.trap(Access.accessFault(access), virtualAddress);
        }
    }

    private long translate(long virtualAddress, int sizeBytes, int access) {
        return translate(virtualAddress, virtualAddress, sizeBytes, access);
    }

    /** Translates or throws; {@code faultAddress} is what the trap reports. */
    private long translate(long virtualAddress, long faultAddress, int sizeBytes, int access) {
        long result = translateOrCause(virtualAddress, sizeBytes, access);
        if (result < 0) {
            throw hart.trap((int) -result, faultAddress);
        }
        return result;
    }

    /** The physical address, or the negated cause of the exception. Fills the TLB where the page is RAM. */
    private long translateOrCause(long virtualAddress, int sizeBytes, int access) {
        int privilege = access == Access.FETCH ? hart.privilege() : dataPrivilege();
        boolean bare = privilege == Privilege.MACHINE || state.get(HartState.SATP) >>> PageWalker.MODE_SHIFT == 0;
        long physicalAddress = virtualAddress;
        if (bare) {
            if (virtualAddress >>> PHYSICAL_BITS != 0) {
                return -Access.accessFault(access);
            }
        } else {
            int cause = walker.walk(virtualAddress, access, privilege);
            if (cause != 0) {
                return -cause;
            }
            physicalAddress = walker.physicalAddress();
        }
        if (!pmp.allows(physicalAddress, sizeBytes, access, privilege)) {
            return -Access.accessFault(access);
        }
        if (ram.contains(physicalAddress, 1) && pmp.isUniform(physicalAddress & ~PAGE_OFFSET)) {
            fillTlb(virtualAddress & ~PAGE_OFFSET, physicalAddress & ~PAGE_OFFSET, access, privilege);
        }
        return physicalAddress;
    }

    private void fillTlb(long virtualPage, long physicalPage, int access, int privilege) {
        if (!ram.contains(physicalPage, PAGE_OFFSET + 1)) {
            throw new IllegalStateException("a TLB entry for %#x, which is not in RAM".formatted(physicalPage));
        }
        long hostPage = ram.hostAddress(physicalPage);
        int kind = kind(privilege);
        switch (access) {
            case Access.FETCH -> {
                pcProbes.noteFetches(virtualPage, ram.pageOf(physicalPage));
                tlb.fillFetch(kind, virtualPage, hostPage);
            }
            case Access.LOAD -> {
                if (!ram.isReadProbed(physicalPage)) {
                    tlb.fill(kind, virtualPage, hostPage, Tlb.READ_TAG);
                }
            }
            default -> {
                boolean noticed = !ram.openForWrite(physicalPage, TlbTable.index(virtualPage));
                tlb.fill(kind, virtualPage, hostPage, noticed ? Tlb.NOTICED_WRITE_TAG : Tlb.WRITE_TAG);
            }
        }
    }

    /** The privilege of loads and stores: that of MPP while MPRV is set. */
    private int dataPrivilege() {
        long mstatus = state.get(HartState.MSTATUS);
        return (mstatus & Mstatus.MPRV) != 0 && hart.privilege() == Privilege.MACHINE
                ? (int) ((mstatus & Mstatus.MPP) >>> Mstatus.MPP_SHIFT)
                : hart.privilege();
    }

    private int kind(int privilege) {
        if (privilege == Privilege.SUPERVISOR) {
            return (state.get(HartState.MSTATUS) & Mstatus.SUM) != 0 ? Tlb.SUPERVISOR_SUM : Tlb.SUPERVISOR;
        }
        return privilege == Privilege.USER ? Tlb.USER : Tlb.MACHINE;
    }
}
