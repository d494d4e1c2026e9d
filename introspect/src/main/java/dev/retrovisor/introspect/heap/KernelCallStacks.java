package dev.retrovisor.introspect.heap;

import dev.retrovisor.introspect.elf.CodeAddress;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView.HartView;
import dev.retrovisor.introspect.linux.KernelCode;
import dev.retrovisor.introspect.memory.AddressSpace;
import java.util.Arrays;
import java.util.Optional;

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

    /** What lies at an address, in the kernel or in a module that is loaded now. */
    public Optional<KernelCode.Place> place(long address) {
        if (code == null) {
            code = new KernelCode(kernel);
        }
        return code.at(address);
    }

    private CodeAddress describe(long address) {
        return place(address)
                .map(place -> new CodeAddress(
                        address, place.module().isEmpty() ? KERNEL : place.module(), place.symbol(), place.offset()))
                .orElseGet(() -> new CodeAddress(address, "", "", 0));
    }

    /**
     * The stack of a hart in the kernel.
     *
     * @param first its innermost frame, if what lies before that is not of interest; or 0
     */
    public CallStack of(int hart, long first) {
        long[] callers = callers(hart, MOST_FRAMES);
        HartView state = kernel.machine().hart(hart);
        long[] frames = new long[callers.length + 2];
        int count = 0;
        frames[count++] = first == 0 ? state.pc() : first;
        // A function that has no frame was called from where ra says; else that is in the function itself.
        if (first == 0 && isText(state.x(RA)) && !function(state.x(RA)).equals(function(state.pc()))) {
            frames[count++] = state.x(RA);
        }
        for (long caller : callers) {
            if (caller == first) {
                count = 1;
            } else {
                frames[count++] = caller;
            }
        }
        return stacks.of(Arrays.copyOf(frames, Math.min(count, MOST_FRAMES)));
    }

    /** The return addresses that a hart's frame pointers lead to, innermost first; ends at what is no frame. */
    public long[] callers(int hart, int most) {
        HartView state = kernel.machine().hart(hart);
        long[] callers = new long[most];
        int count = 0;
        long sp = state.x(SP);
        long fp = state.x(FP);
        while (count < most && (fp & 7) == 0 && fp - sp > 0 && fp - sp < LARGEST_STACK && space.isMapped(fp - 16)) {
            long pc = space.readLong(fp - 8);
            sp = fp;
            fp = space.readLong(fp - 16);
            if (!isText(pc)) {
                break;
            }
            callers[count++] = pc;
        }
        return Arrays.copyOf(callers, count);
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
