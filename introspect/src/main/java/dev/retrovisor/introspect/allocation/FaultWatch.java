package dev.retrovisor.introspect.allocation;

import dev.retrovisor.introspect.allocation.MemoryEvent.Faulted.Kind;
import dev.retrovisor.introspect.event.Moment;
import dev.retrovisor.introspect.event.Watch;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.tracepoint.Tracepoints;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.MissingTypeException;
import dev.retrovisor.introspect.types.Types;
import java.util.List;

/** Page faults of processes, and what the kernel does when it has no memory for them. */
final class FaultWatch {
    private static final int RETURNED = 10;

    private final Watch watch;

    FaultWatch(Watch watch) {
        this.watch = watch;
    }

    void begin(Tracepoints tracepoints) {
        Function.find(watch, List.of("handle_mm_fault"), "vma", "address", "flags")
                .ifPresent(function -> {
                    try {
                        new Faults(watch.kernel().types()).begin(function);
                    } catch (MissingTypeException e) {
                        watch.missing("no page faults: " + e.getMessage());
                    }
                });
        tracepoints.attach(watch, "mark_victim", hit -> {
            // Earlier kernels hand over the number alone.
            if (hit.tracepoint().arguments().getFirst() instanceof CType.Pointer) {
                Moment victim = watch.moment(hit.hart(), hit.argument(0));
                killed(hit.hart(), victim.pid(), victim.tid(), victim.comm());
            } else {
                killed(hit.hart(), (int) hit.argument(0), (int) hit.argument(0), "");
            }
        });
    }

    private void killed(int hart, int pid, int tid, String comm) {
        watch.emit(new MemoryEvent.OutOfMemory(watch.now(hart), pid, tid, comm));
    }

    /** Page faults, with what this kernel's bits mean. */
    private final class Faults {
        private final long writes;
        private final long executes;
        private final long failures;
        private final long isMajor;
        private final long isTriedAgain;
        private int vma;
        private int address;
        private int flags;

        Faults(Types types) {
            writes = types.constant("FAULT_FLAG_WRITE");
            executes = types.constant("FAULT_FLAG_INSTRUCTION");
            failures = types.constant("VM_FAULT_OOM")
                    | types.constant("VM_FAULT_SIGBUS")
                    | types.constant("VM_FAULT_SIGSEGV")
                    | types.constant("VM_FAULT_HWPOISON")
                    | types.constant("VM_FAULT_HWPOISON_LARGE")
                    | types.constant("VM_FAULT_FALLBACK");
            isMajor = types.constant("VM_FAULT_MAJOR");
            isTriedAgain = types.constant("VM_FAULT_RETRY");
        }

        void begin(Function function) {
            vma = function.argument("vma");
            address = function.argument("address");
            flags = function.argument("flags");
            function.onEntry(this::begins);
        }

        private void begins(int hart) {
            long at = watch.argument(hart, address);
            long how = watch.argument(hart, flags);
            boolean isWrite = (how & writes) != 0;
            // Only where a page is, and is written to, can it be copied.
            AddressSpace space = isWrite ? space(watch.argument(hart, vma)) : null;
            long before = isWrite ? space.translate(at) : AddressSpace.UNMAPPED;
            String access = isWrite ? "write" : (how & executes) != 0 ? "execute" : "read";
            watch.onReturn(hart, later -> {
                long result = watch.x(later, RETURNED);
                if ((result & isTriedAgain) == 0) {
                    boolean copied = before != AddressSpace.UNMAPPED && space.translate(at) != before;
                    watch.emit(new MemoryEvent.Faulted(watch.now(later), kind(result, copied), access, at));
                }
            });
        }

        private AddressSpace space(long vmaAddress) {
            KernelObject mm =
                    watch.kernel().object("vm_area_struct", vmaAddress).to("vm_mm");
            return watch.kernel().userSpace(mm);
        }

        private Kind kind(long result, boolean copied) {
            if ((result & failures) != 0) {
                return Kind.FAILED;
            }
            return (result & isMajor) != 0 ? Kind.MAJOR : copied ? Kind.COPY_ON_WRITE : Kind.MINOR;
        }
    }
}
