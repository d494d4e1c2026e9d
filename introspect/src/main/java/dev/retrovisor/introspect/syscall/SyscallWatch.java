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
 * the result is still the call's own.
 */
final class SyscallWatch {
    private static final String ENTRY = "do_trap_ecall_u";
    private static final String EXIT = "syscall_exit_to_user_mode";
    private static final String END = "do_exit";
    private static final long PAGE_TABLE = (1L << 44) - 1;
    private static final int TP = 4;
    private static final int A0 = 10;
    private static final int A7 = 17;

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

    /** The caller of each hart's last event: mostly that of the next one too. */
    private final Caller[] recent;

    SyscallWatch(Watch watch, SyscallTable table) {
        this.watch = watch;
        machine = watch.machine();
        kernel = watch.kernel();
        writer = new CallText(new DescribedFiles(kernel));
        numbers = new SyscallNumbers(kernel, table);
        uapi = table.uapi();
        space = kernel.space();
        savedA0 = (int) kernel.types().struct("pt_regs").field("a0").offsetBytes();
        harts = new HartState[machine.hartCount()];
        Arrays.setAll(harts, machine::hart);
        recent = new Caller[harts.length];
    }

    void begin() {
        boolean isMissing = false;
        for (String name : new String[] {ENTRY, EXIT, END}) {
            if (!kernel.symbols().has(name)) {
                watch.missing("the kernel has no function " + name);
                isMissing = true;
            }
        }
        if (isMissing) {
            return;
        }
        probe(ENTRY, this::enter);
        probe(EXIT, this::exit);
        probe(END, this::end);
        watch.atEnd(this::emitUnfinished);
    }

    private void probe(String function, Watch.Hook hook) {
        long address = kernel.symbols().address(function);
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
        if (last != null && last.task().address() == address) {
            return last;
        }
        Caller found = callers.get(address);
        if (found == null) {
            found = new Caller(kernel, kernel.object("task_struct", address));
            callers.put(address, found);
        }
        recent[hart] = found;
        return found;
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
        if (!signature.parameters().isEmpty()) {
            writer.enter(userSpace(state), caller.task(), registers);
            call.enter();
        }
        if (signature.neverReturns()) {
            caller.setCall(null);
            Moment now = caller.moment(machine.steps(), machine.virtualNanos(), hart);
            watch.emit(event(now, call, 0, "?", "", false));
        }
    }

    /** A hart is about to go back to user mode from a system call; new threads come by here as well. */
    private void exit(int hart) {
        HartState state = harts[hart];
        Caller caller = caller(hart);
        Call call = caller.call();
        if (call == null) {
            return;
        }
        caller.setCall(null);
        long result = caller.saved(space, state.x(A0), savedA0);
        writer.exit(call.size() == 0 ? null : userSpace(state), caller.task(), call.registers(), result);
        call.exit(pageTable(state));
        String error = CallText.isError(result) ? uapi.error((int) -result) : "";
        String returned = returned(call, result, error);
        watch.emit(event(
                caller.moment(machine.steps(), machine.virtualNanos(), hart), call, result, returned, error, true));
    }

    /** A thread ends, in the middle of a call perhaps; another may get its memory. */
    private void end(int hart) {
        Caller caller = caller(hart);
        Call call = caller.call();
        if (call != null) {
            watch.emit(event(caller.moment(machine.steps(), machine.virtualNanos(), hart), call, 0, "?", "", false));
        }
        callers.remove(caller.task().address());
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
                watch.emit(event(caller.moment(machine.steps(), machine.virtualNanos(), 0), call, 0, "", "", false));
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
