package dev.retrovisor.machine.translator.x86;

import static dev.retrovisor.machine.translator.x86.X86Assembler.*;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Tlb;
import dev.retrovisor.machine.translator.JumpCache;

/** Host code that jumps to the block for an address known only when it runs, or that may lie in another page. */
final class Dispatch {
    private final Emission e;
    private final X86Assembler a;
    private final Runtime runtime;

    Dispatch(Emission emission, Runtime runtime) {
        e = emission;
        a = emission.a;
        this.runtime = runtime;
    }

    /** Jumps to the code at a distance from the beginning of the page that is being executed. */
    void toPageRelative(int distance) {
        a.move(RAX, GuestState.field(HartState.CODE_PAGE));
        a.aluImmediate(ADD, RAX, distance);
        to(e.block().privilege());
    }

    /**
     * Jumps to the block for the virtual address in rax at a privilege: the fetch's translation, then the jump cache.
     * What is missing in either leaves to the engine with the address in the state's pc.
     */
    void to(int privilege) {
        a.move(RDX, RAX);
        a.aluImmediate(AND, RDX, (int) Tlb.PAGE_MASK);
        findFetchEntry();
        a.alu(CMP, RDX, memory(RCX, Tlb.FETCH_TAG));
        leaveFrom(a.jump(NOT_EQUAL));
        a.store(GuestState.field(HartState.CODE_PAGE), RDX);
        a.alu(ADD, RAX, memory(RCX, Tlb.ADDEND));
        a.leaTimesEight32(RCX, RAX);
        a.aluImmediate32(AND, RCX, JumpCache.OFFSET_MASK);
        a.alu(ADD, RCX, GuestState.field(HartState.JUMP_CACHE));
        int table = privilege * JumpCache.TABLE_BYTES;
        a.alu(CMP, RAX, memory(RCX, table));
        e.jumpToRuntime(a.jump(NOT_EQUAL), runtime.lookUpSecondAddress(privilege));
        a.jumpTo(memory(RCX, table + 8));
    }

    /** The address of the TLB's entry for a fetch from the virtual address in rax, into rcx. */
    void findFetchEntry() {
        a.rorx(RCX, RAX, Tlb.INDEX_SHIFT, false);
        a.aluImmediate32(AND, RCX, (Tlb.ENTRIES - 1) * Tlb.ENTRY_BYTES);
        a.alu(ADD, RCX, GuestState.field(HartState.FETCH_TLB));
    }

    /** The jump at {@code site} leaves to the engine, which goes on at the virtual address in rax. */
    void leaveFrom(int site) {
        e.jumpToRuntime(site, runtime.lookUpAddress());
    }
}
