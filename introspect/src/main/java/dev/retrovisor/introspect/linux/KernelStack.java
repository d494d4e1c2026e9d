package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where threads are in the kernel, and where they will go on in user mode. Follows the chain of frame pointers where the
 * kernel was built with them; otherwise, and where the chain breaks, takes what looks like return addresses from the stack.
 */
public final class KernelStack {
    private static final int MOST_FRAMES = 256;

    /** arch/riscv/include/asm/thread_info.h: THREAD_SIZE of 64-bit kernels, where the stack does not say its own. */
    private static final long USUAL_BYTES = 16 << 10;

    private static final long MOST_BYTES = 1 << 20;
    private static final int FRAME_BYTES = 16;
    private static final int S0 = 8;
    private static final int SP = 2;
    private static final String[] REGISTERS = {
        "epc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
        "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"
    };

    /** Functions that every kernel has and that call others, so that they have frames. */
    private static final List<String> SAMPLES =
            List.of("do_exit", "kernel_clone", "do_wait", "vfs_read", "vfs_write", "start_kernel");

    private static final int PROLOGUE_BYTES = 40;

    /** How a frame was found. */
    public enum Method {
        /** It is where a register points. */
        REGISTERS,
        FRAME_POINTER,
        /** By the exception frame information of the program. */
        EH_FRAME,
        /** It looks like a return address; the function may have returned long ago. */
        SCAN
    }

    /** One frame: an address of code, and how it was found. */
    public record Frame(long address, Method method) {}

    /** The registers of user mode: the program counter, and 32 integer registers of which the first is unused. */
    public record UserRegisters(long pc, long[] x) {}

    private final KernelView kernel;
    private final KernelCode code;
    private final boolean hasFramePointers;
    private final long exceptionStart;
    private final long exceptionEnd;

    public KernelStack(KernelView kernel, KernelCode code) {
        this.kernel = kernel;
        this.code = code;
        hasFramePointers = hasFramePointers();
        exceptionStart = kernel.symbols().find("handle_exception").orElse(0);
        exceptionEnd = kernel.symbols()
                .find("ret_from_exception_end")
                .orElseGet(() -> kernel.symbols().find("ret_from_fork").orElse(0));
    }

    /** The lowest address of a thread's stack, and the first one above it. */
    public record Bounds(long low, long high) {
        public boolean has(long address) {
            return address - low >= 0 && address - high < 0;
        }
    }

    /** Where the thread's kernel stack lies. */
    public static Bounds bounds(Task task) {
        long low = task.object().get("stack");
        long bytes = USUAL_BYTES;
        if (task.object().has("stack_vm_area")) {
            bytes = task.object()
                    .follow("stack_vm_area")
                    .map(area -> area.get("nr_pages") * AddressSpace.PAGE_BYTES)
                    .orElse(USUAL_BYTES);
        }
        return new Bounds(low, low + Math.clamp(bytes, AddressSpace.PAGE_BYTES, MOST_BYTES));
    }

    /** The hart that runs a thread now. */
    public OptionalInt hart(Task task) {
        for (int hart = 0; hart < kernel.machine().harts(); hart++) {
            Optional<KernelObject> current = kernel.currentTask(hart);
            if (current.isPresent() && current.get().address() == task.address()) {
                return OptionalInt.of(hart);
            }
        }
        return OptionalInt.empty();
    }

    /** The registers with which the thread is in user mode, or left it; empty for threads of the kernel. */
    public Optional<UserRegisters> userRegisters(Task task) {
        if (task.mm().isEmpty()) {
            return Optional.empty();
        }
        OptionalInt hart = hart(task);
        if (hart.isPresent() && kernel.machine().hart(hart.getAsInt()).privilege() == 0) {
            MachineView.HartView state = kernel.machine().hart(hart.getAsInt());
            long[] x = new long[REGISTERS.length];
            for (int i = 0; i < x.length; i++) {
                x[i] = state.x(i);
            }
            return Optional.of(new UserRegisters(state.pc(), x));
        }
        KernelObject saved = savedRegisters(task);
        long[] x = new long[REGISTERS.length];
        for (int i = 1; i < x.length; i++) {
            x[i] = saved.get(REGISTERS[i]);
        }
        return Optional.of(new UserRegisters(saved.get(REGISTERS[0]), x));
    }

    /** What the thread saved at its last way into the kernel from user mode: a struct pt_regs. */
    public KernelObject savedRegisters(Task task) {
        long size = kernel.types().struct("pt_regs").sizeBytes();
        return kernel.object("pt_regs", bounds(task).high() - (size + 15 & -16));
    }

    /** The frames of a thread in the kernel, the innermost first; none while it runs in user mode. */
    public List<Frame> frames(Task task) {
        Bounds bounds = bounds(task);
        OptionalInt hart = hart(task);
        long pc;
        long sp;
        long fp;
        if (hart.isPresent()) {
            MachineView.HartView state = kernel.machine().hart(hart.getAsInt());
            pc = state.pc();
            sp = state.x(SP);
            fp = state.x(S0);
        } else {
            pc = task.object().get("thread.ra");
            sp = task.object().get("thread.sp");
            fp = task.object().element("thread.s", 0);
        }
        var frames = new ArrayList<Frame>();
        if (!code.isText(pc)) {
            return frames;
        }
        frames.add(new Frame(pc, Method.REGISTERS));
        try {
            if (hasFramePointers) {
                follow(frames, bounds, sp, fp);
            } else {
                scan(frames, bounds, sp);
            }
        } catch (MemoryFault e) {
            kernel.damage().note("kernel stacks", e.getMessage());
        }
        return frames;
    }

    private void follow(List<Frame> frames, Bounds bounds, long firstSp, long firstFp) {
        AddressSpace space = kernel.space();
        long sp = firstSp;
        long fp = firstFp;
        while (frames.size() < MOST_FRAMES) {
            // The record of a frame, struct stackframe, lies right below where its pointer points.
            if ((fp & 7) != 0 || !bounds.has(fp - FRAME_BYTES) || fp - FRAME_BYTES - sp < 0) {
                return;
            }
            long pc = space.readLong(fp - 8);
            long caller = space.readLong(fp - FRAME_BYTES);
            sp = fp;
            fp = caller;
            if (!code.isText(pc)) {
                return;
            }
            frames.add(new Frame(pc, Method.FRAME_POINTER));
            if (pc - exceptionStart >= 0 && pc - exceptionEnd < 0 && exceptionStart != 0) {
                // Below a trap lie the registers of what it interrupted.
                KernelObject interrupted = kernel.object("pt_regs", sp);
                pc = interrupted.get("epc");
                fp = interrupted.get("s0");
                if (!code.isText(pc)) {
                    return;
                }
                frames.add(new Frame(pc, Method.REGISTERS));
            }
        }
    }

    private void scan(List<Frame> frames, Bounds bounds, long firstSp) {
        AddressSpace space = kernel.space();
        long end = bounds.high() - kernel.types().struct("pt_regs").sizeBytes();
        for (long sp = firstSp & -8; bounds.has(sp) && sp < end && frames.size() < MOST_FRAMES; sp += 8) {
            long candidate = space.readLong(sp);
            if (code.isText(candidate) && isBehindCall(space, candidate)) {
                frames.add(new Frame(candidate, Method.SCAN));
            }
        }
    }

    /** Whether the instruction before an address is one that leaves it in {@code ra}: jal, jalr or c.jalr. */
    private static boolean isBehindCall(AddressSpace space, long address) {
        int compressed = space.readShort(address - 2);
        boolean isCompressedJalr = (compressed & 0xf07f) == 0x9002 && (compressed & 0x0f80) != 0;
        int word = space.readInt(address - 4);
        return isCompressedJalr || (word & 0xfff) == 0x0ef || (word & 0xfff) == 0x0e7;
    }

    private boolean hasFramePointers() {
        int asked = 0;
        int with = 0;
        for (String name : SAMPLES) {
            var function = kernel.symbols().function(name);
            if (function.isPresent() && kernel.space().isMapped(function.get().address())) {
                asked++;
                with += setsFramePointer(function.get().address()) ? 1 : 0;
            }
        }
        return with * 2 > asked;
    }

    /** Whether a function's first instructions have {@code addi s0, sp, ...}, in either encoding. */
    private boolean setsFramePointer(long function) {
        byte[] bytes = new byte[PROLOGUE_BYTES];
        int read = kernel.space().readAvailable(function, bytes, bytes.length);
        for (int i = 0; i + 4 <= read; ) {
            int half = bytes[i] & 0xff | (bytes[i + 1] & 0xff) << 8;
            int word = half | (bytes[i + 2] & 0xff) << 16 | (bytes[i + 3] & 0xff) << 24;
            boolean isShort = (half & 3) != 3;
            if (isShort ? (half & 0xe01f) == 0 && half != 0 : (word & 0xfffff) == 0x10413) {
                return true;
            }
            i += isShort ? 2 : 4;
        }
        return false;
    }
}
