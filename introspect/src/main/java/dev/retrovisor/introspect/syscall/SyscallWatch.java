package dev.retrovisor.introspect.syscall;

import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.syscall.Signature.Outcome;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.probe.Verdict;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Matches entries of system calls with their exits. A call belongs to its task_struct, whichever hart it comes back on. It is
 * over where the kernel turns back to user mode, before signals are looked at: there a tracer would see it, and there
 * the result is still the call's own. Without types threads are told apart all the same, and named by {@link UntypedThreads}.
 */
final class SyscallWatch {
    private static final String ENTRY = "do_trap_ecall_u";
    private static final String EXIT = "syscall_exit_to_user_mode";

    /** Where Linux 7, which has no such function, looks at signals if there are any. */
    private static final String WORK_BEFORE_EXIT = "exit_to_user_mode_loop";

    private static final String END = "do_exit";
    private static final long PAGE_TABLE = (1L << 44) - 1;
    static final int TP = 4;
    private static final int RA = 1;
    private static final int SP = 2;
    private static final int A0 = 10;
    private static final int A7 = 17;

    /** In struct pt_regs, which begins as struct user_regs_struct of asm/ptrace.h for programs: pc, then x1 on. */
    private static final int SAVED_A0 = A0 * Long.BYTES;

    private final Watch watch;
    private final Machine machine;
    private final HartState[] harts;
    private final KernelView kernel;
    private final CallText writer;
    private final SyscallNumbers numbers;
    private final Uapi uapi;
    private final Map<Long, Caller> callers = new LinkedHashMap<>();
    private final AddressSpace space;
    private final int savedA0;

    /** Null if the kernel has types. */
    private final UntypedThreads untyped;

    /** Where the kernel goes on behind a call, where nothing else tells that it is over; 0 if that is not known yet. */
    private long behindEntry;

    private boolean hasExit;

    /** The caller of each hart's last event: mostly that of the next one too. */
    private final Caller[] recent;

    SyscallWatch(Watch watch, SyscallTable table) {
        this.watch = watch;
        machine = watch.machine();
        kernel = watch.kernel();
        boolean isTyped = !kernel.types().isEmpty();
        untyped = isTyped ? null : new UntypedThreads();
        writer = new CallText(isTyped ? new DescribedFiles(kernel) : CallFiles.UNKNOWN);
        numbers = new SyscallNumbers(kernel, table);
        uapi = table.uapi();
        space = kernel.space();
        savedA0 = isTyped ? (int) kernel.types().struct("pt_regs").field("a0").offsetBytes() : SAVED_A0;
        harts = new HartState[machine.hartCount()];
        Arrays.setAll(harts, machine::hart);
        recent = new Caller[harts.length];
    }

    void begin() {
        boolean isMissing = false;
        for (String name : new String[] {ENTRY, END}) {
            if (!kernel.symbols().has(name)) {
                watch.missing("the kernel has no function " + name);
                isMissing = true;
            }
        }
        if (isMissing) {
            return;
        }
        if (untyped != null) {
            untyped.begin(watch);
        }
        probe(ENTRY, this::enter);
        probe(END, this::end);
        hasExit = kernel.symbols().has(EXIT);
        if (hasExit) {
            probe(EXIT, hart -> exit(hart, machine.hart(hart).x(A0)));
        } else if (kernel.symbols().has(WORK_BEFORE_EXIT)) {
            probe(WORK_BEFORE_EXIT, hart -> exit(hart, machine.hart(hart).x(A0)));
        }
        watch.atEnd(this::emitUnfinished);
    }

    private void probe(String function, Watch.Hook hook) {
        probe(kernel.symbols().address(function), hook);
    }

    private void probe(long address, Watch.Hook hook) {
        watch.keep(watch.probes().onPc(address, (hart, _) -> {
            try {
                hook.reached(hart);
            } catch (MemoryFault e) {
                kernel.damage().note("system calls", e.getMessage());
            }
            return Verdict.GO_ON;
        }));
    }

    private Caller caller(int hart) {
        long address = harts[hart].x(TP);
        Caller last = recent[hart];
        if (last != null && last.task() == address) {
            return last;
        }
        Caller found = callers.get(address);
        if (found == null) {
            found = new Caller(address, identity(address));
            callers.put(address, found);
        }
        recent[hart] = found;
        return found;
    }

    private Caller.Identity identity(long task) {
        return untyped != null ? untyped.of(task) : new TaskIdentity(kernel.object("task_struct", task));
    }

    private static long pageTable(HartState state) {
        return state.get(HartState.SATP) & PAGE_TABLE;
    }

    private AddressSpace userSpace(HartState state) {
        return new AddressSpace(space.memory(), state.get(HartState.SATP), AddressSpace.Flat.NONE);
    }

    /** A hart is about to serve a system call: a0 points to the saved registers, the others are still the caller's. */
    private void enter(int hart) {
        HartState state = harts[hart];
        Caller caller = caller(hart);
        long[] registers = new long[SyscallTable.REGISTERS];
        registers[0] = caller.saved(space, state.x(A0), savedA0);
        for (int i = 1; i < registers.length; i++) {
            registers[i] = state.x(A0 + i);
        }
        int number = (int) state.x(A7);
        Signature signature = numbers.signature(number, registers);
        Call call = new Call(number, signature, registers, machine.virtualNanos(), pageTable(state), writer);
        caller.setCall(call);
        if (!hasExit && behindEntry == 0) {
            behindEntry = state.x(RA);
            probe(behindEntry, this::exitBehindEntry);
        }
        if (untyped != null) {
            untyped.entered(caller.task(), call, userSpace(state));
        }
        if (!signature.parameters().isEmpty()) {
            writer.enter(userSpace(state), caller.task(), registers);
            call.enter();
        }
        if (signature.neverReturns()) {
            caller.setCall(null);
            Moment now = caller.identity().moment(machine.steps(), machine.virtualNanos(), hart);
            watch.emit(event(now, call, 0, "?", "", false));
        }
    }

    /** A hart is about to go back to user mode from a system call; new threads come by here as well. */
    private void exit(int hart, long registers) {
        HartState state = harts[hart];
        Caller caller = caller(hart);
        Call call = caller.call();
        if (call == null) {
            return;
        }
        caller.setCall(null);
        long result = caller.saved(space, registers, savedA0);
        if (untyped != null) {
            untyped.returned(caller.task(), call, result);
        }
        writer.exit(call.size() == 0 ? null : userSpace(state), caller.task(), call.registers(), result);
        call.exit(pageTable(state));
        String error = CallText.isError(result) ? uapi.error((int) -result) : "";
        String returned = returned(call, result, error);
        watch.emit(event(
                caller.identity().moment(machine.steps(), machine.virtualNanos(), hart),
                call,
                result,
                returned,
                error,
                true));
    }

    /** The same where all traps come by, also those in the middle of a call: the stack tells, it ends at the registers. */
    private void exitBehindEntry(int hart) {
        long registers = caller(hart).registers();
        if (machine.hart(hart).x(SP) == registers) {
            exit(hart, registers);
        }
    }

    /** A thread ends, in the middle of a call perhaps; another may get its memory. */
    private void end(int hart) {
        Caller caller = caller(hart);
        Call call = caller.call();
        if (call != null) {
            watch.emit(event(
                    caller.identity().moment(machine.steps(), machine.virtualNanos(), hart), call, 0, "?", "", false));
        }
        callers.remove(caller.task());
        if (untyped != null) {
            untyped.forget(caller.task());
        }
        for (int i = 0; i < recent.length; i++) {
            if (recent[i] == caller) {
                recent[i] = null;
            }
        }
    }

    private void emitUnfinished() {
        for (Caller caller : callers.values()) {
            Call call = caller.call();
            if (call != null) {
                watch.emit(event(
                        caller.identity().moment(machine.steps(), machine.virtualNanos(), 0), call, 0, "", "", false));
            }
        }
    }

    private static SyscallEvent event(
            Moment at, Call call, long result, String returned, String error, boolean isFinished) {
        return new SyscallEvent(
                at,
                call.signature().name(),
                call.number(),
                call,
                result,
                returned,
                error,
                call.startNanos(),
                at.virtualNanos() - call.startNanos(),
                call.fd(),
                call.fdName(),
                isFinished);
    }

    private String returned(Call call, long result, String error) {
        String notes = writer.notes();
        String text = CallText.isError(result) ? failed((int) -result, error) : succeeded(call, result);
        return notes.isEmpty() ? text : text + " (" + notes + ")";
    }

    private String failed(int number, String error) {
        return uapi.restart(number)
                .map(words -> "? " + words)
                .orElseGet(() -> error.isEmpty() ? "-1 (errno " + number + ")" : "-1 " + error);
    }

    private String succeeded(Call call, long result) {
        return switch (call.signature().outcome()) {
            case Outcome.Number _, Outcome.Never _ -> Long.toString(result);
            case Outcome.Hex _ -> hex(result);
            case Outcome.Octal _ -> Scalar.octal(result);
            case Outcome.Descriptor _ -> {
                Seen.Descriptor made = writer.seeFile((int) result);
                call.setFile(made);
                yield made.text();
            }
            case Outcome.Name(Kind kind) -> result + " (" + words(kind, result) + ")";
            case Outcome.Flags(Kind kind) -> {
                String names = words(kind, result);
                yield names.equals("0") ? "0" : hex(result) + " (flags " + names + ")";
            }
        };
    }

    private String words(Kind kind, long value) {
        kind.write(writer, value);
        return writer.take();
    }

    private static String hex(long value) {
        return value == 0 ? "0" : "0x" + Long.toHexString(value);
    }
}
