package dev.retrovisor.machine.interpreter;

import dev.retrovisor.machine.hart.Translations;
import dev.retrovisor.machine.isa.Ops;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.probe.PcProbes;
import java.util.Arrays;

/** Decoded instructions by page of RAM, shared by all harts; bounded, and true to RAM at every step. */
final class DecodedCode implements Translations.CodeCache {
    /** 64 MiB of slots; when they are used up, everything is dropped. */
    private static final int MAX_PAGES = 4096;

    /** A page written so often without a decoding in between is likely data by now, and watching it costs. */
    private static final int DROPS_BEFORE_RELEASE = 64;

    private final Ram ram;
    private final PcProbes probes;
    private final CodePage[] pages;
    private int count;

    DecodedCode(Ram ram, PcProbes probes) {
        this.ram = ram;
        this.probes = probes;
        pages = new CodePage[(int) ram.pageCount()];
    }

    /** The decoded instructions of a page; from now on writes to it are noticed. */
    CodePage page(int page) {
        CodePage found = pages[page];
        return found != null ? found : add(page);
    }

    private CodePage add(int page) {
        if (count == MAX_PAGES) {
            dropAll();
        }
        var added = new CodePage(page);
        pages[page] = added;
        count++;
        ram.markCode(page);
        return added;
    }

    @Override
    public boolean drop(int page, int offset, int lengthBytes) {
        CodePage written = pages[page];
        if (written == null) {
            return false;
        }
        if (written.countDrop() >= DROPS_BEFORE_RELEASE) {
            // A running loop may still hold the slots: emptied, they send it back here.
            Arrays.fill(written.slots(), 0);
            release(written);
            return false;
        }
        // An instruction of four bytes may begin one slot earlier.
        int first = Math.max(0, offset / 2 - 1);
        int last = Math.min(CodePage.SLOTS - 1, (offset + lengthBytes - 1) / 2);
        Arrays.fill(written.slots(), first, last + 1, 0);
        return true;
    }

    /** Whether a hart may have to be looked at before the instruction at an offset in a page. */
    boolean isProbed(int page, int offset) {
        return probes.isPlace(page, offset);
    }

    @Override
    public void placeChanged(int page, int offset) {
        if (pages[page] != null && offset % 2 == 0) {
            pages[page].slots()[offset / 2] = Ops.UNDECODED;
        }
    }

    @Override
    public void trapProbesChanged() {
        // Every trap and return here asks.
    }

    private void release(CodePage released) {
        pages[released.page()] = null;
        count--;
    }

    @Override
    public void dropAll() {
        for (CodePage page : pages) {
            if (page != null) {
                release(page);
            }
        }
    }
}
