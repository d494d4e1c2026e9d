package dev.retrovisor.machine.hart;

import static dev.retrovisor.machine.Guests.DONE;
import static dev.retrovisor.machine.Guests.OPEN_TRAPS;
import static dev.retrovisor.machine.Guests.enter;
import static dev.retrovisor.machine.hart.PageTables.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.TinyMachine;
import dev.retrovisor.machine.isa.Assembler;
import dev.retrovisor.machine.memory.Ram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Address translation (privileged manual, "Sv39", "Sv48", "Sv57", "Svnapot", "Svpbmt", "Svadu"). */
final class PagingTest {
    /** Where the tests map pages, and what they map there. */
    private static final long VIRTUAL = 0x40_0000_0000L - (1 << 30);

    private static final long FRAME = Ram.BASE + (8 << 20);

    // Bits of a page-table entry beyond those of PageTables.
    private static final long NAPOT = 1L << 63;
    private static final long PBMT_NC = 1L << 61;
    private static final long RESERVED_BIT = 1L << 54;

    private static final String ADUE = "li t0, 1 << 61; csrs menvcfg, t0\n";
    private static final String PBMTE = "li t0, 1 << 62; csrs menvcfg, t0\n";
    private static final String SUM = "li t0, 1 << 18; csrs mstatus, t0\n";
    private static final String MXR = "li t0, 1 << 19; csrs mstatus, t0\n";

    /** A guest that switches on the tables whose satp is in s0 and makes one access through a1 in a privilege. */
    private static TinyMachine guest(String setup, int privilege, String access) {
        return TinyMachine.running(
                "start:" + OPEN_TRAPS + setup + "csrw satp, s0" + enter(privilege, "at") + "at: " + access + DONE);
    }

    private static TinyMachine begin(TinyMachine machine, PageTables tables, long a1) {
        machine.machine().hart(0).setPc(machine.label("start"));
        machine.machine().hart(0).setX(8, tables.satp());
        machine.machine().hart(0).setX(11, a1);
        return machine;
    }

    /** The cause of one access's trap through a page of given bits, or 0. */
    private static long cause(String setup, int privilege, String access, long bits) {
        var machine = guest(setup, privilege, access);
        var tables = new PageTables(machine, 3);
        if (privilege == Privilege.USER) {
            tables.map(Ram.BASE, Ram.BASE, 1, RWX | U);
        }
        tables.map(VIRTUAL, FRAME, 0, bits);
        machine.machine().ram().writeLong(FRAME, 0x0000_8067_0000_8067L); // jalr zero, 0(ra), twice
        begin(machine, tables, VIRTUAL).step(300);
        long cause = machine.csr("mcause");
        if (cause != 0) {
            assertEquals(machine.label("trap"), machine.pc());
            assertEquals(VIRTUAL, machine.csr("mtval"), "mtval names the virtual address");
        } else {
            assertEquals(machine.label("done"), machine.pc());
        }
        return cause;
    }

    private static final String LOAD = "ld a0, 0(a1)";
    private static final String STORE = "sd x0, 0(a1)";
    private static final String CALL = "jalr ra, 0(a1)";

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void eachFormatMapsPagesOfEachSize(int levels) {
        long top = 1L << 12 + 9 * levels - 2;
        for (int level = 0; level < 3; level++) {
            for (long base : new long[] {top, -top}) {
                var machine = guest("", 1, "ld a0, 0(a1)\nsd a0, 8(a1)");
                var tables = new PageTables(machine, levels);
                long pageBytes = 4096L << 9 * level;
                // A page of 1 GiB begins where RAM does.
                long frame = level == 2 ? Ram.BASE : FRAME;
                tables.map(base, frame, level, RWX);
                long offset = level == 2 ? 9 << 20 : pageBytes - 16;
                machine.machine().ram().writeLong(frame + offset, 0x1234_5678_9ABCL);
                begin(machine, tables, base + offset).runTo("done");
                assertEquals(0x1234_5678_9ABCL, machine.x("a0"));
                assertEquals(0x1234_5678_9ABCL, machine.machine().ram().readLong(frame + offset + 8));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3, 0x4000000000",
        "3, -0x4000000001",
        "4, 0x800000000000",
        "4, 0x8000000000000000",
        "5, 0x100000000000000"
    })
    void addressesThatAreNotSignExtendedFault(int levels, String text) {
        long address =
                text.startsWith("-") ? -Long.decode(text.substring(1)) : Long.parseUnsignedLong(text.substring(2), 16);
        var machine = guest("", 1, LOAD);
        begin(machine, new PageTables(machine, levels), address).runTo("trap");
        assertEquals(Cause.LOAD_PAGE_FAULT, machine.csr("mcause"));
        assertEquals(address, machine.csr("mtval"));
    }

    @Test
    void aJumpToAnAddressThatIsNotSignExtendedFaults() {
        var machine = guest("", 1, CALL);
        begin(machine, new PageTables(machine, 3), 1L << 40).runTo("trap");
        assertEquals(Cause.INSTRUCTION_PAGE_FAULT, machine.csr("mcause"));
        assertEquals(1L << 40, machine.csr("mtval"));
        assertEquals(1L << 40, machine.csr("mepc"));
    }

    @Test
    void permissionsAreThoseOfTheEntry() {
        assertEquals(0, cause("", 1, LOAD, V | R | A));
        assertEquals(Cause.STORE_PAGE_FAULT, cause("", 1, STORE, V | R | A | D));
        assertEquals(Cause.INSTRUCTION_PAGE_FAULT, cause("", 1, CALL, V | R | W | A | D));
        assertEquals(0, cause("", 1, STORE, V | R | W | A | D));
        assertEquals(0, cause("", 1, CALL, V | X | A));
        assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 1, LOAD, V | X | A));
        assertEquals(0, cause(MXR, 1, LOAD, V | X | A));
        assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 1, LOAD, R | W | A | D), "not valid");
        assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 1, LOAD, V | W | A | D), "W without R is reserved");
        assertEquals(Cause.STORE_PAGE_FAULT, cause("", 1, "amoadd.d a0, a0, (a1)", V | R | A | D));
        assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 1, "lr.d a0, (a1)", V | X | A | D));
        assertEquals(Cause.STORE_PAGE_FAULT, cause("", 1, "sc.d a0, a0, (a1)", V | R | A | D));
        assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 1, LOAD, V | A | D), "a pointer where no level is left");
    }

    @Test
    void userPagesAreForUsersAndForTheSupervisorBySum() {
        assertEquals(0, cause("", 0, LOAD, RWX | U));
        assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 0, LOAD, RWX));
        assertEquals(Cause.INSTRUCTION_PAGE_FAULT, cause("", 0, CALL, RWX));
        assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 1, LOAD, RWX | U));
        assertEquals(0, cause(SUM, 1, LOAD, RWX | U));
        assertEquals(0, cause(SUM, 1, STORE, RWX | U));
        assertEquals(Cause.INSTRUCTION_PAGE_FAULT, cause(SUM, 1, CALL, RWX | U), "never executed by the supervisor");
    }

    @Test
    void sumAndMxrAreSeenAtOnce() {
        var machine = guest("", 1, """
                li a5, 1 << 18
                csrs sstatus, a5
                ld a0, 0(a1)
                csrc sstatus, a5
                fault: ld a2, 0(a1)
                """);
        var tables = new PageTables(machine, 3);
        tables.map(VIRTUAL, FRAME, 0, RWX | U);
        begin(machine, tables, VIRTUAL).runTo("trap");
        assertEquals(machine.label("fault"), machine.csr("mepc"));
    }

    /** "Svadu": with ADUE the hart sets A and D, without it (Svade) an access that would set them faults. */
    @Test
    void accessedAndDirtyBitsAreSetOrFaulted() {
        assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 1, LOAD, V | R | W));
        assertEquals(Cause.STORE_PAGE_FAULT, cause("", 1, STORE, V | R | W | A));
        assertEquals(Cause.INSTRUCTION_PAGE_FAULT, cause("", 1, CALL, V | X));
        assertEquals(A, bitsAfter(LOAD) & (A | D));
        assertEquals(A | D, bitsAfter(STORE) & (A | D));
        assertEquals(A, bitsAfter(CALL) & (A | D));
        assertEquals(A | D, bitsAfter("amoor.d x0, x0, (a1)") & (A | D));
        assertEquals(A | D, bitsAfter("ld a0, 0(a1)\nsd a0, 0(a1)") & (A | D), "D also when A is cached");
    }

    private static long bitsAfter(String access) {
        var machine = guest(ADUE, 1, access);
        var tables = new PageTables(machine, 3);
        long entry = tables.map(VIRTUAL, FRAME, 0, V | R | W | X);
        machine.machine().ram().writeInt(FRAME, 0x8067);
        begin(machine, tables, VIRTUAL).runTo("done");
        return machine.machine().ram().readLong(entry);
    }

    @Test
    void reservedBitsFault() {
        for (long bit = RESERVED_BIT; bit != 1L << 61; bit <<= 1) {
            assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 1, LOAD, RWX | bit));
        }
        assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 1, LOAD, RWX | PBMT_NC), "memory types need menvcfg.PBMTE");
        assertEquals(0, cause(PBMTE, 1, LOAD, RWX | PBMT_NC));
        assertEquals(0, cause(PBMTE, 1, LOAD, RWX | 2 * PBMT_NC));
        assertEquals(Cause.LOAD_PAGE_FAULT, cause(PBMTE, 1, LOAD, RWX | 3 * PBMT_NC));
        assertEquals(Cause.LOAD_PAGE_FAULT, cause("", 1, LOAD, RWX | NAPOT), "the low page number must say 64 KiB");
    }

    @ParameterizedTest
    @ValueSource(longs = {U, A, D, PBMT_NC, NAPOT, RESERVED_BIT})
    void pointersCarryNoLeafBits(long bit) {
        var machine = guest(PBMTE, 1, LOAD);
        var tables = new PageTables(machine, 3);
        tables.map(VIRTUAL, FRAME, 0, RWX);
        long pointer = tables.entry(VIRTUAL, 1);
        machine.machine().ram().writeLong(pointer, machine.machine().ram().readLong(pointer) | bit);
        begin(machine, tables, VIRTUAL).runTo("trap");
        assertEquals(Cause.LOAD_PAGE_FAULT, machine.csr("mcause"));
    }

    @Test
    void misalignedSuperpagesFault() {
        for (int level = 1; level < 3; level++) {
            var machine = guest("", 1, LOAD);
            var tables = new PageTables(machine, 3);
            tables.map(VIRTUAL, FRAME + 4096, level, RWX);
            begin(machine, tables, VIRTUAL).runTo("trap");
            assertEquals(Cause.LOAD_PAGE_FAULT, machine.csr("mcause"));
        }
    }

    /** "Svnapot": 16 equal entries map 64 KiB, wherever in it the access is. */
    @Test
    void sixtyFourKibibytesAreMappedByOneEntry() {
        for (int page = 0; page < 16; page++) {
            var machine = guest("", 1, LOAD);
            var tables = new PageTables(machine, 3);
            tables.map(VIRTUAL + page * 4096L, FRAME + 0x8000, 0, RWX | NAPOT);
            machine.machine().ram().writeLong(FRAME + page * 4096L + 24, 99 + page);
            begin(machine, tables, VIRTUAL + page * 4096L + 24).runTo("done");
            assertEquals(99 + page, machine.x("a0"));
        }
    }

    @Test
    void tablesOutsideOfRamAreAccessFaults() {
        var machine = guest("", 1, LOAD);
        var tables = new PageTables(machine, 3);
        machine.machine().ram().writeLong(tables.entry(VIRTUAL, 2), 0x1000_0000L >> 12 << 10 | V);
        begin(machine, tables, VIRTUAL).runTo("trap");
        assertEquals(Cause.LOAD_ACCESS_FAULT, machine.csr("mcause"));
        assertEquals(VIRTUAL, machine.csr("mtval"));
    }

    /** "Supervisor Address Translation and Protection Register": an unknown mode leaves satp as it is. */
    @Test
    void satpTakesKnownModesOnly() {
        var machine = TinyMachine.running("""
                li t0, 8 << 60 | 0xffff << 44 | 0x80100
                csrw satp, t0
                csrr a0, satp
                li t0, 11 << 60 | 5
                csrw satp, t0
                csrr a1, satp
                li t0, 1 << 60
                csrw satp, t0
                csrr a2, satp
                """ + DONE);
        machine.runTo("done");
        assertEquals(8L << 60 | 0x80100, machine.x("a0"), "there are no ASIDs");
        assertEquals(machine.x("a0"), machine.x("a1"));
        assertEquals(machine.x("a0"), machine.x("a2"));
    }

    /** Our rule, stronger than the manual's: a changed entry is seen by the next access, fenced or not. */
    @Test
    void aChangedEntryIsSeenAtOnce() {
        var machine = guest("", 1, """
                ld a0, 0(a1)
                sd a2, 0(a3)            # the entry now names the next frame
                ld a5, 0(a1)
                sd a5, 8(a1)
                sd x0, 0(a3)            # and now nothing
                fault: ld a6, 0(a1)
                """);
        var tables = new PageTables(machine, 3);
        long entry = tables.map(VIRTUAL, FRAME, 0, RWX);
        machine.machine().ram().writeLong(FRAME, 1);
        machine.machine().ram().writeLong(FRAME + 4096, 2);
        begin(machine, tables, VIRTUAL);
        machine.machine().hart(0).setX(12, FRAME + 4096 >> 12 << 10 | RWX);
        machine.machine().hart(0).setX(13, entry);
        tables.map(entry & -4096, entry & -4096, 0, RWX); // the supervisor can write the table itself
        machine.runTo("trap");
        assertEquals(1, machine.x("a0"));
        assertEquals(2, machine.x("a5"));
        assertEquals(2, machine.machine().ram().readLong(FRAME + 4096 + 8));
        assertEquals(machine.label("fault"), machine.csr("mepc"));
    }

    /** The entry that maps the running code: the instruction behind the write is fetched from the new frame already. */
    @ParameterizedTest
    @ValueSource(
            strings = {"sd a2, 0(a3)", "amoswap.d a4, a2, (a3)", "amoswap.d a4, a2, (a3); nop; nop", "sw a2, 0(a3)"})
    void codeThatMapsItselfAwayGoesOnInTheNewFrame(String write) {
        var machine = guest("", 1, "jr a1");
        var tables = new PageTables(machine, 3);
        long entry = tables.map(VIRTUAL, FRAME, 0, RWX);
        tables.map(entry & -4096, entry & -4096, 0, RWX);
        byte[] old = Assembler.assemble(write + "\nli a0, 1\nj .", VIRTUAL).bytes();
        byte[] fresh = Assembler.assemble(write + "\nli a0, 2\nj .", VIRTUAL).bytes();
        machine.machine().ram().write(FRAME, old, 0, old.length);
        machine.machine().ram().write(FRAME + 4096, fresh, 0, fresh.length);
        begin(machine, tables, VIRTUAL);
        machine.machine().hart(0).setX(12, FRAME + 4096 >> 12 << 10 | RWX);
        machine.machine().hart(0).setX(13, entry);
        machine.step(200);
        assertEquals(0, machine.csr("mcause"));
        assertEquals(2, machine.x("a0"));
    }

    @Test
    void aChangedPointerIsSeenAtOnce() {
        var machine = guest("", 1, "ld a0, 0(a1)\nsd x0, 0(a3)\nfault: ld a6, 0(a1)");
        var tables = new PageTables(machine, 4);
        tables.map(VIRTUAL, FRAME, 0, RWX);
        long pointer = tables.entry(VIRTUAL, 2);
        begin(machine, tables, VIRTUAL);
        machine.machine().hart(0).setX(13, pointer);
        machine.runTo("trap");
        assertEquals(machine.label("fault"), machine.csr("mepc"));
    }

    @Test
    void twoMappingsOfOneFrameAreOneMemory() {
        var machine = guest("", 1, """
                li a2, 4096
                add a2, a2, a1
                li a0, 7
                ld a3, 0(a1)
                ld a3, 0(a2)
                sd a0, 0(a1)
                ld a4, 0(a2)
                sb x0, 0(a2)
                ld a5, 0(a1)
                """);
        var tables = new PageTables(machine, 3);
        tables.map(VIRTUAL, FRAME, 0, RWX);
        tables.map(VIRTUAL + 4096, FRAME, 0, RWX);
        begin(machine, tables, VIRTUAL).runTo("done");
        assertEquals(7, machine.x("a4"));
        assertEquals(0, machine.x("a5"));
    }

    @Test
    void accessesCrossPagesOfDistantFrames() {
        var machine = guest("", 1, "ld a0, -3(a1)\nli a2, 0x1122334455667788\nsd a2, -5(a1)");
        var tables = new PageTables(machine, 3);
        tables.map(VIRTUAL, FRAME, 0, RWX);
        tables.map(VIRTUAL + 4096, FRAME + (16 << 10), 0, RWX);
        machine.machine().ram().write(FRAME + 4093, new byte[] {1, 2, 3}, 0, 3);
        machine.machine().ram().write(FRAME + (16 << 10), new byte[] {4, 5, 6, 7, 8}, 0, 5);
        begin(machine, tables, VIRTUAL + 4096).runTo("done");
        assertEquals(0x0807060504030201L, machine.x("a0"));
        assertEquals(0x4455667788L, machine.machine().ram().readLong(FRAME + 4091) & 0xFF_FFFF_FFFFL);
        assertEquals(0x112233, machine.machine().ram().readInt(FRAME + (16 << 10)) & 0xFF_FFFF);
    }

    /** A page-crossing access whose second page faults names that page, and does none of the access. */
    @Test
    void aFaultInTheSecondPageUndoesTheWholeAccess() {
        for (String access : new String[] {"ld a0, -4(a1)", "sd a0, -4(a1)"}) {
            var machine = guest("", 1, "li a0, -1\n" + access);
            var tables = new PageTables(machine, 3);
            tables.map(VIRTUAL, FRAME, 0, RWX);
            begin(machine, tables, VIRTUAL + 4096).runTo("trap");
            boolean load = access.startsWith("ld");
            assertEquals(load ? Cause.LOAD_PAGE_FAULT : Cause.STORE_PAGE_FAULT, machine.csr("mcause"));
            assertEquals(VIRTUAL + 4096, machine.csr("mtval"));
            assertEquals(0, machine.machine().ram().readInt(FRAME + 4092), "nothing is stored");
            assertEquals(-1, machine.x("a0"));
        }
    }

    /** "Machine Trap Value Register": for a fault in an instruction's second part, mtval names that part. */
    @Test
    void aFaultInTheSecondHalfOfAnInstructionNamesIt() {
        var machine = guest("", 1, "jr a1");
        var tables = new PageTables(machine, 3);
        tables.map(VIRTUAL, FRAME, 0, RWX);
        machine.machine().ram().writeShort(FRAME + 4094, 0x0513);
        begin(machine, tables, VIRTUAL + 4094).runTo("trap");
        assertEquals(Cause.INSTRUCTION_PAGE_FAULT, machine.csr("mcause"));
        assertEquals(VIRTUAL + 4094, machine.csr("mepc"));
        assertEquals(VIRTUAL + 4096, machine.csr("mtval"));
    }

    @Test
    void instructionsCrossPagesOfDistantFrames() {
        var machine = guest("", 1, "la ra, done\njr a1");
        var tables = new PageTables(machine, 3);
        tables.map(VIRTUAL, FRAME, 0, RWX);
        tables.map(VIRTUAL + 4096, FRAME + (16 << 10), 0, RWX);
        // addi a0, zero, 291; jalr zero, 0(ra)
        machine.machine().ram().writeShort(FRAME + 4094, 0x0513);
        machine.machine().ram().writeShort(FRAME + (16 << 10), 0x1230);
        machine.machine().ram().writeShort(FRAME + (16 << 10) + 2, 0x8067);
        begin(machine, tables, VIRTUAL + 4094).runTo("done");
        assertEquals(0x123, machine.x("a0"));
    }

    @Test
    void aCompressedInstructionAtTheEndOfAPageNeedsNoSecondPage() {
        var machine = guest("", 1, "la ra, trap\njr a1");
        var tables = new PageTables(machine, 3);
        tables.map(VIRTUAL, FRAME, 0, RWX);
        machine.machine().ram().writeShort(FRAME + 4094, 0x8082); // ret
        begin(machine, tables, VIRTUAL + 4094).runTo("trap");
        assertEquals(0, machine.csr("mcause"), "it was jumped to, not trapped to");
    }

    @Test
    void machineModeDoesNotTranslate() {
        var machine = guest("", 3, "ld a0, 0(a1)");
        var tables = new PageTables(machine, 3);
        machine.machine().ram().writeLong(FRAME, 5);
        begin(machine, tables, FRAME).runTo("done");
        assertEquals(5, machine.x("a0"));
    }
}
