package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.elf.CodeAddress;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView.HartView;
import dev.retrovisor.introspect.linux.KernelCode;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.Arrays;

/** Where harts are in the kernel, by its frame pointers (arch/riscv: ra and the caller's s0 lie right below s0). */
public final class KernelCallStacks {
    private static final String KERNEL = "kernel";
    private static final int MOST_FRAMES = 12;
    private static final int RA = 1;
    private static final int FP = 8;
    private static final int SP = 2;
    private static final long MODULE_BYTES = 2L << 30;
    private static final long LARGEST_STACK = 64 << 10;

    private final KernelView kernel;
    private final AddressSpace space;
    private final CallStacks stacks;
    private KernelCode code;
    private final long textStart;
    private final long textEnd;
    private final long initStart;
    private final long initEnd;
    private final long imageStart;

    public KernelCallStacks(Watch watch) {
        kernel = watch.kernel();
        space = kernel.space();
        stacks = new CallStacks(this::describe);
        // Modules take each other's place: above all with what they need only to begin.
        watch.onFunction("do_init_module", _ -> {
            code = null;
            stacks.forgetAddresses();
        });
        textStart = address("_stext");
        textEnd = address("_etext");
        initStart = address("_sinittext");
        initEnd = address("_einittext");
        imageStart = address("_start");
    }

    private long address(String symbol) {
        return kernel.symbols().find(symbol).orElse(0);
    }

    private CodeAddress describe(long address) {
        if (code == null) {
            code = new KernelCode(kernel);
        }
        return code.at(address)
                .map(place -> new CodeAddress(
                        address, place.module().isEmpty() ? KERNEL : place.module(), place.symbol(), place.offset()))
                .orElseGet(() -> new CodeAddress(address, "", "", 0));
    }

    /**
     * The stack of a hart in the kernel.
     *
     * @param first its innermost frame, if that is not what the frame pointer says; or 0
     */
    public CallStack of(int hart, long first) {
        HartView state = kernel.machine().hart(hart);
        long[] frames = new long[MOST_FRAMES];
        int count = 0;
        frames[count++] = first == 0 ? state.pc() : first;
        long sp = state.x(SP);
        long fp = state.x(FP);
        boolean skips = first != 0;
        // A function that has no frame was called from where ra says; else that is in the function itself.
        if (first == 0 && isText(state.x(RA)) && !function(state.x(RA)).equals(function(state.pc()))) {
            frames[count++] = state.x(RA);
        }
        while (count < MOST_FRAMES
                && (fp & 7) == 0
                && fp - sp > 0
                && fp - sp < LARGEST_STACK
                && space.isMapped(fp - 16)) {
            long pc = space.readLong(fp - 8);
            sp = fp;
            fp = space.readLong(fp - 16);
            if (!isText(pc)) {
                break;
            }
            // The chain has the allocator's own frames before the one that called it.
            if (skips && frames[0] == pc) {
                skips = false;
                count = 1;
            } else {
                frames[count++] = pc;
            }
        }
        return stacks.of(Arrays.copyOf(frames, count));
    }

    /** Code of the kernel, of its start, or of a module, which lie in the 2 GiB below it. */
    private boolean isText(long address) {
        return address - textStart >= 0 && address - textEnd < 0
                || address - initStart >= 0 && address - initEnd < 0
                || address < imageStart && address >= imageStart - MODULE_BYTES;
    }

    private String function(long address) {
        return describe(address).symbol();
    }
}
