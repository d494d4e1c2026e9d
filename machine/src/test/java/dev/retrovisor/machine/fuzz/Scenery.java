package dev.retrovisor.machine.fuzz;

import static dev.retrovisor.machine.hart.HartState.*;

import dev.retrovisor.machine.EdgeValues;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.MemoryMap;
import dev.retrovisor.machine.hart.HartState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** Sets the scene between two runs of a fuzzed machine: memory, modes and registers, at random. */
final class Scenery {
    private static final long MACHINE = 3;
    private static final long XL = 2L << 32 | 2L << 34;
    private static final int MPP_SHIFT = 11;
    private static final int FS_SHIFT = 13;
    private static final long MPRV = 1L << 17;

    /** Bits of mstatus that may be set at random: SIE, MIE, SPIE, MPIE, SPP, SUM, MXR. */
    private static final long MSTATUS_OFTEN = 1L << 1 | 1L << 3 | 1L << 5 | 1L << 7 | 1L << 8 | 1L << 18 | 1L << 19;

    /** TVM, TW, TSR. */
    private static final long MSTATUS_RARELY = 7L << 20;

    private static final long INTERRUPTS = 1L << 1 | 1L << 3 | 1L << 5 | 1L << 7 | 1L << 9 | 1L << 11;
    private static final long SOFTWARE_INTERRUPT = 2;

    /** Pending from power-on until the guest sets the timer. */
    private static final long MACHINE_TIMER = 1L << 7;

    private static final long DELEGABLE = 0xB3FF;
    private static final long MENVCFG = 1L << 63 | 1L << 62 | 1L << 61 | 0xD1;
    private static final int NAPOT_ALL = 0x1F;
    private static final long ALL_ADDRESSES = (1L << 54) - 1;

    private final SplittableRandom random;
    private final EdgeValues values;
    private final CodeMaker code;
    private AddressSpace space;

    Scenery(SplittableRandom random) {
        this.random = random;
        values = new EdgeValues(random);
        code = new CodeMaker(random);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** All of memory but what lies outside of the terrain. */
    void memory(Pokes pokes) {
        for (int group = Terrain.CODE_FRAMES; group < Terrain.DATA_FRAMES; group += Terrain.GROUP_PAGES) {
            pokes.write(Terrain.frame(group), code.make(Terrain.GROUP_PAGES * Terrain.PAGE_BYTES));
        }
        for (int frame = Terrain.DATA_FRAMES; frame < Terrain.DATA_FRAMES + Terrain.GROUP_PAGES; frame++) {
            pokes.write(Terrain.frame(frame), data());
        }
    }

    /** Another page of code, as a debugger would write it. */
    void someCode(Pokes pokes) {
        pokes.write(
                Terrain.frame(Terrain.CODE_FRAMES + random.nextInt(Terrain.DATA_FRAMES)),
                code.make(Terrain.PAGE_BYTES));
    }

    private byte[] data() {
        ByteBuffer data = ByteBuffer.allocate(Terrain.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (data.hasRemaining()) {
            data.putLong(values.integer());
        }
        return data.array();
    }

    /** New page tables and modes; afterwards the machines must forget what they have cached. */
    void modes(Pokes pokes, int harts) {
        int privilege = random.nextInt(10) < 3 ? 3 : random.nextInt(2);
        space = new AddressSpace(random, random.nextInt(3, 6), privilege == 0 || chance(20));
        space.lay(pokes);
        boolean bare = chance(15);
        byte[] handler = Handler.page(start(0, !bare), start(1, !bare), 0, start(3, false));
        pokes.write(Terrain.frame(Terrain.HANDLER_FRAME), handler);
        for (int hart = 0; hart < harts; hart++) {
            control(pokes, hart, chance(90) ? privilege : random.nextInt(10) < 3 ? 3 : random.nextInt(2), bare);
        }
    }

    private void control(Pokes pokes, int hart, long privilege, boolean bare) {
        long mpp = random.nextInt(3);
        long mstatus = XL
                | (mpp == 2 ? MACHINE : mpp) << MPP_SHIFT
                | (chance(95) ? random.nextLong(1, 4) : 0) << FS_SHIFT
                | (chance(15) ? MPRV : 0)
                | random.nextLong() & MSTATUS_OFTEN
                | (chance(20) ? random.nextLong() & MSTATUS_RARELY : 0);
        pokes.set(hart, PRIVILEGE, privilege);
        pokes.set(hart, MSTATUS, mstatus);
        pokes.set(hart, RESERVATION, NO_RESERVATION);
        pokes.set(hart, LIFE, STARTED);
        pokes.set(hart, MEDELEG, chance(50) ? 0 : chance(50) ? DELEGABLE : random.nextLong() & DELEGABLE);
        pokes.set(hart, MIDELEG, chance(30) ? 0 : random.nextLong() & (1L << 1 | 1L << 5 | 1L << 9));
        pokes.set(hart, MIE, chance(40) ? 0 : random.nextLong() & INTERRUPTS);
        pokes.set(hart, MIP, chance(80) ? 0 : SOFTWARE_INTERRUPT);
        pokes.set(hart, MTVEC, Terrain.frame(Terrain.HANDLER_FRAME) | random.nextInt(2));
        pokes.set(hart, MCOUNTEREN, chance(80) ? 0xFFFF_FFFFL : random.nextInt(8));
        pokes.set(hart, SCOUNTEREN, chance(80) ? 0xFFFF_FFFFL : random.nextInt(8));
        pokes.set(hart, HartState.MENVCFG, chance(60) ? MENVCFG : random.nextLong() & MENVCFG);
        pokes.set(hart, SENVCFG, chance(80) ? 0xD1 : 0);
        long handler = bare ? Terrain.frame(Terrain.HANDLER_FRAME) : space.page(Terrain.HANDLER_PAGE);
        pokes.set(hart, STVEC, handler + Handler.SUPERVISOR | random.nextInt(2));
        pokes.set(hart, SATP, bare ? 0 : space.satp());
        protection(pokes, hart);
    }

    private void protection(Pokes pokes, int hart) {
        for (int region = 0; region < 15; region++) {
            pokes.set(hart, PMPADDR + region * 8, 0);
        }
        pokes.set(hart, PMPADDR + 15 * 8, ALL_ADDRESSES);
        if (chance(70)) {
            pokes.set(hart, PMPADDR, ALL_ADDRESSES);
            pokes.set(hart, PMPCFG, NAPOT_ALL);
            pokes.set(hart, PMPCFG + 8, 0);
            return;
        }
        // Some regions inside pages, or whole pages; the last one opens the rest.
        long config = 0;
        for (int region = 0; region < random.nextInt(1, 4); region++) {
            long address =
                    Terrain.frame(random.nextInt(Terrain.TABLE_FRAMES)) + (chance(50) ? random.nextInt(4096) & ~3 : 0);
            int mode = random.nextInt(1, 4);
            long size = chance(50) ? 4096 : 8L << random.nextInt(12);
            long encoded = mode == 3 ? address >>> 2 & -(size >>> 2) | (size >>> 3) - 1 : address >>> 2;
            pokes.set(hart, PMPADDR + region * 8, encoded);
            long rights = new int[] {0, 1, 3, 4, 5, 7}[random.nextInt(6)] | (chance(15) ? 0x80 : 0);
            config |= (mode << 3 | rights) << region * 8;
        }
        pokes.set(hart, PMPCFG, config);
        pokes.set(hart, PMPCFG + 8, (long) NAPOT_ALL << 56);
    }

    /** Registers of all harts, and where they go on; {@code machine} is only looked at. */
    void registers(Pokes pokes, Machine machine, boolean all) {
        for (int hart = 0; hart < machine.hartCount(); hart++) {
            HartState state = machine.hart(hart);
            long privilege = state.get(PRIVILEGE);
            boolean paged = state.get(SATP) >>> 60 != 0;
            boolean asOther = privilege == MACHINE && (state.get(MSTATUS) & MPRV) != 0;
            registers(pokes, hart, privilege, paged && (privilege != MACHINE || asOther), all);
            pokes.set(hart, WAITING, 0);
            if (chance(all ? 100 : 60) && !isInHandler(state.pc())) {
                pokes.set(hart, PC, codeAddress(privilege, paged && privilege != MACHINE));
            }
            if (chance(25)) {
                pokes.set(hart, MIE, random.nextLong() & INTERRUPTS & (chance(20) ? -1 : ~MACHINE_TIMER));
                pokes.set(hart, MIP, chance(60) ? 0 : SOFTWARE_INTERRUPT);
            }
            if (chance(50)) {
                pokes.set(hart, FRM, chance(8) ? random.nextInt(5, 8) : random.nextInt(5));
                pokes.set(hart, FFLAGS, chance(60) ? 0 : random.nextInt(32));
            }
        }
    }

    private void registers(Pokes pokes, int hart, long privilege, boolean virtual, boolean all) {
        int percent = all ? 100 : random.nextInt(100);
        for (int register = 1; register < 32; register++) {
            if (chance(percent)) {
                pokes.set(hart, X + register * 8, plain(virtual));
            }
            if (chance(percent)) {
                pokes.set(hart, F + register * 8, chance(50) ? values.single() : values.dual());
            }
        }
        for (int register : CodeMaker.POINTERS) {
            if (chance(percent)) {
                pokes.set(hart, X + register * 8, pointer(virtual) & (register >= 16 && chance(90) ? -8 : -1));
            }
        }
        if (chance(percent / 2)) {
            pokes.set(hart, X + CodeMaker.DEVICE_POINTER * 8, device(virtual));
        }
        for (int register : CodeMaker.CODE_POINTERS) {
            if (chance(percent)) {
                pokes.set(hart, X + register * 8, codeAddress(privilege, virtual && privilege != MACHINE));
            }
        }
    }

    private static boolean isSamePage(long address, long page) {
        return (address & -Terrain.PAGE_BYTES) == page;
    }

    private boolean isInHandler(long pc) {
        return isSamePage(pc, Terrain.frame(Terrain.HANDLER_FRAME)) || isSamePage(pc, space.page(Terrain.HANDLER_PAGE));
    }

    private long plain(boolean virtual) {
        return switch (random.nextInt(20)) {
            case 0, 1 -> code.any() & 0xFFFF_FFFFL | (long) code.any() << 32;
            case 2 -> AddressSpace.anyEntry(random);
            case 3 -> pointer(virtual);
            default -> values.integer();
        };
    }

    /** Where a load or store may go. */
    private long pointer(boolean virtual) {
        boolean asVirtual = chance(96) == virtual;
        int choice = random.nextInt(100);
        if (choice < 60) {
            return address(asVirtual, random.nextInt(Terrain.DATA_FRAMES, Terrain.TABLE_FRAMES));
        }
        if (choice < 75) {
            return address(asVirtual, random.nextInt(Terrain.DATA_FRAMES));
        }
        if (choice < 85) {
            return asVirtual
                    ? address(true, random.nextInt(Terrain.TABLE_FRAMES, Terrain.VIRTUAL_PAGES))
                    : space.entryAddress(random.nextInt(Terrain.VIRTUAL_PAGES));
        }
        return choice < 93 ? device(asVirtual) : values.integer();
    }

    private long device(boolean virtual) {
        if (virtual) {
            return space.page(Terrain.HANDLER_PAGE + random.nextInt(1, 4)) + random.nextInt(chance(50) ? 3 : 8) * 4;
        }
        return switch (random.nextInt(10)) {
            case 0 -> MemoryMap.UART + random.nextInt(8);
            case 1 -> MemoryMap.RTC + random.nextInt(8) * 4;
            case 2 -> MemoryMap.PLIC + random.nextInt(16) * 4;
            case 3 -> MemoryMap.ACLINT + 0x4000 + random.nextInt(4) * 8;
            case 4 -> MemoryMap.RAM - 4 + random.nextInt(8);
            default -> MemoryMap.ACLINT + random.nextInt(3) * 4;
        };
    }

    /** Mostly at the edge of a page. */
    private long address(boolean virtual, int page) {
        int offset = switch (random.nextInt(5)) {
            case 0 -> random.nextInt(16);
            case 1, 2 -> Terrain.PAGE_BYTES - random.nextInt(1, 24);
            default -> random.nextInt(Terrain.PAGE_BYTES / 8) * 8;
        };
        return (virtual ? space.page(page) : Terrain.frame(page)) + offset;
    }

    private long codeAddress(long privilege, boolean virtual) {
        if (virtual && chance(10)) {
            return space.crossing();
        }
        return chance(2) ? values.integer() & ~1 : start(privilege, virtual);
    }

    /** Somewhere in code that can be executed. */
    private long start(long privilege, boolean virtual) {
        int page = random.nextInt(Terrain.DATA_FRAMES);
        for (int i = 0; i < 32 && virtual && (i == 0 || !space.isExecutable(page, privilege == 0)); i++) {
            // Also by an alias.
            page = chance(70) ? random.nextInt(Terrain.DATA_FRAMES) : random.nextInt(12, Terrain.TABLE_FRAMES);
        }
        int offset = chance(25)
                ? Terrain.PAGE_BYTES - 2 * random.nextInt(1, 4)
                // At few places, so that blocks meet in the jump cache.
                : chance(50) ? random.nextInt(16) * 256 : random.nextInt(Terrain.PAGE_BYTES / 4) * 4;
        return (virtual ? space.page(page) : Terrain.frame(page)) + offset;
    }
}
