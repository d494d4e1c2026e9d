package dev.retrovisor.machine.translator.x86;

import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Decoder;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.translator.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A block while its host code is written: the instruction at hand, its operands, and the exits, whose code goes behind
 * the block's own so that the common path falls through.
 */
final class Emission {
    /** Leaves to the engine with an exit's number. */
    private record Stub(int[] sites, int exit) {}

    final X86Assembler a = new X86Assembler();
    final FloatRegisters floats = new FloatRegisters(a);

    private final List<Stub> stubs = new ArrayList<>();
    private Block block;
    private long address;
    private long exitAddress;
    private int index;
    private int offset;
    private long instruction;
    private int resumedExit;
    private int[] interpretSites = new int[16];
    private int interpretCount;
    private static final int NOWHERE = -1;
    private final List<OutOfLine> outOfLine = new ArrayList<>();

    /** Code behind the block's own: {@code write} begins where the jump at {@code site} arrives, and jumps to {@code back}. */
    private record OutOfLine(int site, int back, Runnable write) {}

    /** Begins a block whose code will be executed at {@code address}. */
    void begin(Block newBlock, long newAddress, long newExitAddress) {
        a.clear();
        stubs.clear();
        block = newBlock;
        address = newAddress;
        exitAddress = newExitAddress;
    }

    /** Goes on to an instruction: the block's {@code newIndex}-th, at an offset in the page. */
    void next(int newIndex, int newOffset, long newInstruction) {
        endInstruction();
        index = newIndex;
        offset = newOffset;
        instruction = newInstruction;
    }

    /** Ends the instruction at hand: jumps to its exit arrive at one stub. */
    void endInstruction() {
        if (interpretCount > 0) {
            int exit = interpretExit();
            stubs.add(new Stub(Arrays.copyOf(interpretSites, interpretCount), exit));
            interpretCount = 0;
        }
    }

    Block block() {
        return block;
    }

    int index() {
        return index;
    }

    /** Where in the page the instruction lies. */
    int offset() {
        return offset;
    }

    long instruction() {
        return instruction;
    }

    int op() {
        return Decoder.op(instruction);
    }

    /** Slot of the destination; {@link HartState#SINK_SLOT} if there is none. */
    int rd() {
        return (int) (instruction >>> Decoder.RD_SHIFT) & 127;
    }

    boolean hasDestination() {
        return rd() != HartState.SINK_SLOT;
    }

    int rs1() {
        return (int) (instruction >>> Decoder.RS1_SHIFT) & 127;
    }

    int rs2() {
        return (int) (instruction >>> Decoder.RS2_SHIFT) & 127;
    }

    /** Slot of the third source of a fused multiply-add. */
    int rs3() {
        return (int) (instruction >>> Decoder.IMMEDIATE_SHIFT + Decoder.RS3_SHIFT) & 127;
    }

    int immediate() {
        return (int) (instruction >> Decoder.IMMEDIATE_SHIFT);
    }

    int lengthBytes() {
        return Decoder.lengthBytes(instruction);
    }

    // Exits.

    /** The jump at {@code site} leaves the instruction, before it has done anything, to the interpreter. */
    void interpretFrom(int site) {
        if (interpretCount == interpretSites.length) {
            interpretSites = Arrays.copyOf(interpretSites, interpretCount * 2);
        }
        interpretSites[interpretCount++] = site;
    }

    /** The jumps at {@code sites} leave to the interpreter what lies in two pages: it may be another instruction by now. */
    void decodeAnewFrom(int... sites) {
        stubs.add(new Stub(sites, block.addExit(Block.ExitKind.INTERPRET, index, offset, Ops.CROSSING)));
    }

    /** The jump at {@code site} leaves the load or store at hand to the engine. */
    void missFrom(int site) {
        resumedExit = block.addExit(Block.ExitKind.MEMORY, index, offset, instruction);
        stubs.add(new Stub(new int[] {site}, resumedExit));
    }

    /** The jumps at {@code sites} leave before the block's {@code done}-th instruction, whose probes are to be called. */
    void probeFrom(int[] sites, int done, int instructionOffset) {
        resumedExit = block.addExit(Block.ExitKind.PROBE, done, instructionOffset, 0);
        stubs.add(new Stub(sites, resumedExit));
    }

    /** Here the block goes on after {@link #missFrom} or {@link #probeFrom}, once xmm registers hold again what they held. */
    void resumeHere() {
        if (floats.isEmpty()) {
            block.setResume(resumedExit, a.length());
            return;
        }
        Runnable restore = floats.restore();
        int exit = resumedExit;
        outOfLine.add(new OutOfLine(NOWHERE, a.length(), () -> {
            block.setResume(exit, a.length());
            restore.run();
        }));
    }

    /** The jump at {@code site} goes to code behind the block's own, which goes on here. */
    void detour(int site, Runnable write) {
        outOfLine.add(new OutOfLine(site, a.length(), write));
    }

    /** The jump at {@code site}, taken for a NaN in an xmm register, makes it the canonical one and goes on here. */
    void canonicalNanFrom(int site, int xmm, boolean isDouble) {
        detour(site, () -> {
            a.moveImmediate(X86Assembler.RAX, isDouble ? 0x7FF8_0000_0000_0000L : 0x7FC0_0000L);
            a.moveToXmm(xmm, X86Assembler.RAX, true);
        });
    }

    /** An exit that leaves the instruction at hand to the interpreter. */
    int interpretExit() {
        return block.addExit(Block.ExitKind.INTERPRET, index, offset, instruction);
    }

    /** Leaves the instruction at an offset in the page to the interpreter. */
    void interpret(int newIndex, int instructionOffset, long notKnown) {
        leave(block.addExit(Block.ExitKind.INTERPRET, newIndex, instructionOffset, notKnown));
    }

    /** The jump at {@code site} leaves because the budget is used up. */
    void budgetFrom(int site) {
        stubs.add(new Stub(new int[] {site}, block.addExit(Block.ExitKind.BUDGET, 0, offset, 0)));
    }

    /** The jump at {@code site} leaves for another reason, {@code done} instructions of the block done. */
    void leaveFrom(int site, Block.ExitKind kind, int done, int nextOffset) {
        stubs.add(new Stub(new int[] {site}, block.addExit(kind, done, nextOffset, 0)));
    }

    /** Goes on at an offset in the page, the whole block done. */
    void linkTo(int targetOffset) {
        link(targetOffset, a.jump());
    }

    /** The jump at {@code site} goes on at an offset in the page, the whole block done. */
    void link(int targetOffset, int site) {
        int exit = block.addLink(targetOffset);
        pendingLinks.add(new PendingLink(block.linkCount() - 1, site, exit));
    }

    private record PendingLink(int link, int site, int exit) {}

    private final List<PendingLink> pendingLinks = new ArrayList<>();

    /** Jumps away in the middle of the block; the stub gives back the steps that are not made. */
    private record SideExit(int site, int refund, int targetOffset) {}

    private final List<SideExit> sideExits = new ArrayList<>();

    /** The jump at {@code site} goes on at an offset in the page, this instruction being the last one done. */
    void linkWithRefund(int targetOffset, int site) {
        int refund = block.steps() - index - 1;
        if (refund == 0) {
            link(targetOffset, site);
        } else {
            sideExits.add(new SideExit(site, refund, targetOffset));
        }
    }

    /** Writes all that lies behind the block's own code. */
    void end() {
        endInstruction();
        for (OutOfLine code : outOfLine) {
            if (code.site != NOWHERE) {
                a.patch(code.site, a.length());
            }
            code.write.run();
            a.patch(a.jump(), code.back);
        }
        outOfLine.clear();
        for (SideExit exit : sideExits) {
            a.patch(exit.site, a.length());
            a.aluImmediate(X86Assembler.ADD, GuestState.BUDGET, exit.refund);
            linkTo(exit.targetOffset);
        }
        sideExits.clear();
        for (PendingLink pending : pendingLinks) {
            a.patch(pending.site, a.length());
            block.placeLink(pending.link, pending.site, a.length());
            leave(pending.exit);
        }
        pendingLinks.clear();
        for (Stub stub : stubs) {
            for (int site : stub.sites) {
                a.patch(site, a.length());
            }
            leave(stub.exit);
        }
    }

    private void leave(int exit) {
        a.moveImmediate(X86Assembler.RAX, exit);
        jumpToRuntime(exitAddress);
    }

    /** Jumps to shared code by its address. */
    void jumpToRuntime(long target) {
        a.patch(a.jump(), (int) (target - address));
    }

    /** The jump at {@code site} goes to shared code. */
    void jumpToRuntime(int site, long target) {
        a.patch(site, (int) (target - address));
    }

    // Operands.

    /** The host register in which to compute the result: rd's own, or rax. */
    int target() {
        int host = GuestState.host(rd());
        return host >= 0 ? host : X86Assembler.RAX;
    }

    /** Puts a result that was computed in {@link #target} where it belongs. */
    void finish() {
        if (GuestState.host(rd()) < 0) {
            a.store(GuestState.slot(rd()), X86Assembler.RAX);
        }
    }

    /** Puts a result that lies in any register into rd. */
    void finish(int register) {
        if (GuestState.host(rd()) >= 0) {
            if (GuestState.host(rd()) != register) {
                a.move(GuestState.host(rd()), register);
            }
        } else {
            a.store(GuestState.slot(rd()), register);
        }
    }

    /** Loads an integer register of the guest. */
    void load(int register, int guest) {
        if (guest == 0) {
            a.alu32(X86Assembler.XOR, register, register);
        } else if (GuestState.host(guest) != register) {
            a.move(register, GuestState.integer(guest));
        }
    }

    /** An integer register of the guest in a host register: its own, or {@code scratch} after a load. */
    int inRegister(int guest, int scratch) {
        int host = GuestState.host(guest);
        if (host >= 0) {
            return host;
        }
        load(scratch, guest);
        return scratch;
    }

    /** Loads the low 32 bits of an integer register of the guest. */
    void loadWord(int register, int guest) {
        if (guest == 0) {
            a.alu32(X86Assembler.XOR, register, register);
        } else {
            a.move32(register, GuestState.integer(guest));
        }
    }

    /** Sign-extends 32 bits into rd. */
    void finishWord(int register) {
        a.load(target(), register, 4, true);
        finish();
    }

    /** The low bytes of rs1, extended, into rd. */
    void extend(int sizeBytes, boolean signed) {
        // In memory, the low bytes come first.
        a.load(target(), GuestState.integer(rs1()), sizeBytes, signed);
        finish();
    }
}
