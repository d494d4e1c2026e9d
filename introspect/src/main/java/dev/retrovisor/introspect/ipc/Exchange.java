package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.ipc.CallSites.CallSite;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.OpenFiles;
import dev.retrovisor.introspect.types.MissingTypeException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What all that watch a kind of channel stand on: who is at work, where to look, and how to tell. */
final class Exchange {
    private static final int TP = 4;

    /** Errors are the last page of addresses: include/linux/err.h, {@code MAX_ERRNO}. */
    private static final long LAST_POINTER = -4096;

    /** {@code MSG_PEEK} of recv(2). */
    static final long PEEK = 2;

    private final Watch watch;
    private final KernelView kernel;
    private final Payloads payloads;
    private final OpenFiles files;
    private final Set<String> missing = new HashSet<>();

    Exchange(Watch watch, int payloadBytes) {
        this.watch = watch;
        kernel = watch.kernel();
        payloads = new Payloads(watch, payloadBytes);
        files = new OpenFiles(kernel);
    }

    Watch watch() {
        return watch;
    }

    KernelView kernel() {
        return kernel;
    }

    Payloads payloads() {
        return payloads;
    }

    OpenFiles files() {
        return files;
    }

    // Where to look.

    /** Calls a hook at a function's entry; says so if the kernel has no such function. */
    void onFunction(String name, Watch.Hook hook) {
        watch.onFunction(name, guarded(hook));
    }

    /** Calls a hook when the function returns at whose entry a hart stands. */
    void onReturn(int hart, Watch.Hook hook) {
        watch.onReturn(hart, guarded(hook));
    }

    /**
     * Calls hooks before and after each call of one function in another.
     *
     * @return whether there is any
     */
    boolean onCall(String caller, String callee, Watch.Hook before, Watch.Hook after) {
        List<CallSite> sites = CallSites.of(kernel, caller, callee);
        for (CallSite site : sites) {
            // What follows a call may be reached by jumps as well.
            Set<Long> inside = new HashSet<>();
            watch.onAddress(site.address(), guarded(hart -> {
                inside.add(task(hart));
                before.reached(hart);
            }));
            watch.onAddress(site.next(), guarded(hart -> {
                if (inside.remove(task(hart))) {
                    after.reached(hart);
                }
            }));
        }
        return !sites.isEmpty();
    }

    /** The same before the call alone. */
    boolean beforeCall(String caller, String callee, Watch.Hook before) {
        List<CallSite> sites = CallSites.of(kernel, caller, callee);
        sites.forEach(site -> watch.onAddress(site.address(), guarded(before)));
        return !sites.isEmpty();
    }

    /** The same behind the call alone: what it returns is {@code result(hart)}. */
    boolean afterCall(String caller, String callee, Watch.Hook after) {
        return onCall(caller, callee, _ -> {}, after);
    }

    /** Says what can't be watched unless something was found. */
    void require(boolean found, String what) {
        if (!found) {
            missing(what + " can't be watched: this kernel does it in another way");
        }
    }

    private void missing(String what) {
        if (missing.add(what)) {
            watch.missing(what);
        }
    }

    private Watch.Hook guarded(Watch.Hook hook) {
        return hart -> {
            try {
                hook.reached(hart);
            } catch (MissingTypeException e) {
                missing(e.getMessage());
            }
        };
    }

    // Who is at work.

    /** What tells threads apart: the task_struct's address. In the kernel tp has it. */
    long task(int hart) {
        return watch.x(hart, TP);
    }

    KernelObject current(int hart) {
        return kernel.object("task_struct", task(hart));
    }

    Party party(KernelObject task) {
        return new Party(task.getInt("tgid"), task.getInt("pid"), task.text("comm"));
    }

    /** A thread by its task_struct's address. */
    Party party(long task) {
        return party(kernel.object("task_struct", task));
    }

    /** The process that an mm_struct belongs to; empty once it is being torn down. */
    Optional<KernelObject> owner(KernelObject mm) {
        return mm.has("owner") ? mm.follow("owner") : Optional.empty();
    }

    /** That the thread on a hart sends something now. */
    Sent sent(int hart) {
        return sent(party(current(hart)));
    }

    Sent sent(Party from) {
        return new Sent(from, watch.machine().steps(), watch.machine().virtualNanos(), Sent.NOTHING);
    }

    // Registers.

    long argument(int hart, int number) {
        return watch.argument(hart, number);
    }

    long result(int hart) {
        return watch.argument(hart, 0);
    }

    /** Whether a function gave a pointer, not null and no error. */
    static boolean isPointer(long value) {
        return value != 0 && Long.compareUnsigned(value, LAST_POINTER) < 0;
    }

    // Telling.

    /** A transfer that the thread on a hart receives. */
    Telling received(int hart, ChannelKind kind, String channel, Sent sent) {
        return new Telling(this, hart, kind, channel, sent, party(current(hart)));
    }

    /** A transfer to a thread that has no part in it, or to no thread; told in the name of the sender. */
    Telling handed(int hart, ChannelKind kind, String channel, Sent sent, Party to) {
        return new Telling(this, hart, kind, channel, sent, to);
    }
}
