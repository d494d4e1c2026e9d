package dev.retrovisor.machine.device;

import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import java.util.Arrays;

/**
 * Platform-level interrupt controller ("RISC-V Platform-Level Interrupt Controller Specification", 1.0.0) with the
 * sizes of QEMU's virt board: sources 1 to 95, priorities 0 to 7, level-sensitive gateways, and two contexts for each
 * hart: 2h is machine mode of hart h, 2h + 1 its supervisor mode. Registers take accesses of four bytes.
 */
public final class Plic implements MmioDevice {
    /** Length of the register window. */
    public static final long WINDOW_BYTES = 0x60_0000;

    /** Interrupt sources, among them the source 0 that does not exist. */
    public static final int SOURCES = 96;

    private static final int WORDS = SOURCES / Integer.SIZE;
    private static final int PRIORITY_MASK = 7;

    private static final long PENDING_OFFSET = 0x1000;
    private static final long ENABLE_OFFSET = 0x2000;
    private static final long ENABLE_STRIDE = 0x80;
    private static final long CONTEXT_OFFSET = 0x20_0000;
    private static final long CONTEXT_STRIDE = 0x1000;
    private static final long THRESHOLD = 0;
    private static final long CLAIM = 4;

    private final int contexts;
    private final HartPins pins;

    private final int[] priorities = new int[SOURCES];
    /** The wires' levels, a bit for each source, as all arrays of {@link #WORDS}. */
    private final int[] levels = new int[WORDS];

    private final int[] pending = new int[WORDS];
    /** Claimed and not completed: the gateway holds back further requests. */
    private final int[] inService = new int[WORDS];
    /** {@link #WORDS} words for each context. */
    private final int[] enables;

    private final int[] thresholds;
    /** Level of each context's interrupt to its hart. */
    private final boolean[] outputs;

    public Plic(int harts, HartPins pins) {
        this.contexts = 2 * harts;
        this.pins = pins;
        this.enables = new int[contexts * WORDS];
        this.thresholds = new int[contexts];
        this.outputs = new boolean[contexts];
    }

    @Override
    public String name() {
        return "plic";
    }

    /** The wire of source {@code source}, 1 to {@link #SOURCES} - 1; one wire for each device. */
    public IrqLine line(int source) {
        if (source < 1 || source >= SOURCES) {
            throw new IllegalArgumentException("interrupt source %d: must be 1 to %d".formatted(source, SOURCES - 1));
        }
        return asserted -> drive(source, asserted);
    }

    @Override
    public long read(long offset, int sizeBytes) {
        if (sizeBytes != Integer.BYTES || offset < 0) {
            return 0;
        }
        if (offset < PENDING_OFFSET) {
            long source = offset / Integer.BYTES;
            return source < SOURCES ? priorities[(int) source] : 0;
        }
        if (offset < ENABLE_OFFSET) {
            long word = (offset - PENDING_OFFSET) / Integer.BYTES;
            return word < WORDS ? pending[(int) word] & 0xFFFF_FFFFL : 0;
        }
        if (offset < CONTEXT_OFFSET) {
            int index = enableIndex(offset);
            return index < 0 ? 0 : enables[index] & 0xFFFF_FFFFL;
        }
        long context = (offset - CONTEXT_OFFSET) / CONTEXT_STRIDE;
        if (context >= contexts) {
            return 0;
        }
        long register = offset % CONTEXT_STRIDE;
        if (register == THRESHOLD) {
            return thresholds[(int) context];
        }
        return register == CLAIM ? claim((int) context) : 0;
    }

    @Override
    public void write(long offset, int sizeBytes, long value) {
        if (sizeBytes != Integer.BYTES || offset < 0) {
            return;
        }
        if (offset < PENDING_OFFSET) {
            long source = offset / Integer.BYTES;
            if (source > 0 && source < SOURCES) {
                priorities[(int) source] = (int) value & PRIORITY_MASK;
            }
        } else if (offset >= CONTEXT_OFFSET) {
            long context = (offset - CONTEXT_OFFSET) / CONTEXT_STRIDE;
            if (context < contexts) {
                writeContext((int) context, offset % CONTEXT_STRIDE, (int) value);
            }
        } else if (offset >= ENABLE_OFFSET) {
            int index = enableIndex(offset);
            if (index >= 0) {
                enables[index] = (int) value & (index % WORDS == 0 ? ~1 : ~0);
            }
        }
        update();
    }

    /** Back to power-on: all wires count as low until their devices drive them again. */
    @Override
    public void reset() {
        Arrays.fill(priorities, 0);
        Arrays.fill(levels, 0);
        Arrays.fill(pending, 0);
        Arrays.fill(inService, 0);
        Arrays.fill(enables, 0);
        Arrays.fill(thresholds, 0);
        Arrays.fill(outputs, false);
        for (int context = 0; context < contexts; context++) {
            drivePin(context, false);
        }
    }

    private void writeContext(int context, long register, int value) {
        if (register == THRESHOLD) {
            thresholds[context] = value & PRIORITY_MASK;
        } else if (register == CLAIM) {
            complete(context, value);
        }
    }

    /** Index into {@link #enables}, or -1 where there is no such word. */
    private int enableIndex(long offset) {
        long context = (offset - ENABLE_OFFSET) / ENABLE_STRIDE;
        long word = (offset - ENABLE_OFFSET) % ENABLE_STRIDE / Integer.BYTES;
        return context < contexts && word < WORDS ? (int) (context * WORDS + word) : -1;
    }

    private void drive(int source, boolean asserted) {
        if (isSet(levels, source) == asserted) {
            return;
        }
        assign(levels, source, asserted);
        // "Interrupt Gateways": a request that the wire takes back before the claim stays pending.
        if (asserted && !isSet(inService, source)) {
            assign(pending, source, true);
            update();
        }
    }

    /** "Interrupt Claim Process": the threshold does not count here. */
    private int claim(int context) {
        int source = best(context);
        if (source != 0) {
            assign(pending, source, false);
            assign(inService, source, true);
            update();
        }
        return source;
    }

    /** "Interrupt Completion": ignored for a source that is not enabled for the context. */
    private void complete(int context, int source) {
        if (source < 1
                || source >= SOURCES
                || (enables[context * WORDS + (source >> 5)] & 1 << source) == 0
                || !isSet(inService, source)) {
            return;
        }
        assign(inService, source, false);
        if (isSet(levels, source)) {
            assign(pending, source, true);
        }
    }

    /** The pending and enabled source of the highest priority above 0, the lowest number among equals; 0 for none. */
    private int best(int context) {
        int best = 0;
        int bestPriority = 0;
        for (int word = 0; word < WORDS; word++) {
            int candidates = pending[word] & enables[context * WORDS + word];
            for (; candidates != 0; candidates &= candidates - 1) {
                int source = word * Integer.SIZE + Integer.numberOfTrailingZeros(candidates);
                if (priorities[source] > bestPriority) {
                    bestPriority = priorities[source];
                    best = source;
                }
            }
        }
        return best;
    }

    private void update() {
        for (int context = 0; context < contexts; context++) {
            // Source 0 stands for none: its priority is 0, which is above no threshold.
            boolean asserted = priorities[best(context)] > thresholds[context];
            if (asserted != outputs[context]) {
                outputs[context] = asserted;
                drivePin(context, asserted);
            }
        }
    }

    private void drivePin(int context, boolean asserted) {
        pins.set(context >> 1, (context & 1) == 0 ? HartPins.MEIP : HartPins.SEIP, asserted);
    }

    private static boolean isSet(int[] bits, int source) {
        return (bits[source >> 5] & 1 << source) != 0;
    }

    private static void assign(int[] bits, int source, boolean value) {
        if (value) {
            bits[source >> 5] |= 1 << source;
        } else {
            bits[source >> 5] &= ~(1 << source);
        }
    }

    @Override
    public void save(StateWriter out) {
        for (int priority : priorities) {
            out.putByte(priority);
        }
        putInts(out, levels);
        putInts(out, pending);
        putInts(out, inService);
        putInts(out, enables);
        for (int context = 0; context < contexts; context++) {
            out.putByte(thresholds[context]);
            out.putBoolean(outputs[context]);
        }
    }

    @Override
    public void load(StateReader in) {
        for (int source = 0; source < SOURCES; source++) {
            priorities[source] = in.getByte();
            if (priorities[source] > (source == 0 ? 0 : PRIORITY_MASK)) {
                throw new StateFormatException("plic: source %d has priority %d".formatted(source, priorities[source]));
            }
        }
        getInts(in, levels);
        getInts(in, pending);
        getInts(in, inService);
        getInts(in, enables);
        for (int context = 0; context < contexts; context++) {
            thresholds[context] = in.getByte() & PRIORITY_MASK;
            outputs[context] = in.getBoolean();
        }
    }

    private static void putInts(StateWriter out, int[] words) {
        for (int word : words) {
            out.putInt(word);
        }
    }

    private static void getInts(StateReader in, int[] words) {
        for (int i = 0; i < words.length; i++) {
            words[i] = in.getInt();
        }
    }
}
