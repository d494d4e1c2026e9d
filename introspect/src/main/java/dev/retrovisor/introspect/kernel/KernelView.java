package dev.retrovisor.introspect.kernel;

import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import dev.retrovisor.introspect.symbols.Symbols;
import dev.retrovisor.introspect.types.StructLayout;
import dev.retrovisor.introspect.types.Types;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterators;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The guest's kernel at the moment at which its machine stands: the way in to everything. Walks live in {@code linux};
 * here is what they stand on. Reads memory when asked, keeps nothing of it: a view stays good while the machine runs on.
 */
public final class KernelView {
    private static final long LIST_POISON = 0xdead_0000_0000_0000L;
    private static final int MOST_CPUS = 512;
    private static final long SATP_MODE = 0xfL << 60;

    private final KernelFacts facts;
    private final MachineView machine;
    private final Damage damage = new Damage();
    private final Map<String, StructLayout> layouts = new HashMap<>();
    private AddressSpace image;
    private AddressSpace paged;
    private long pagedMode;
    private long rootAddress;
    private long modeAddress;

    public KernelView(KernelFacts facts, MachineView machine) {
        this.facts = facts;
        this.machine = machine;
    }

    public KernelFacts facts() {
        return facts;
    }

    public Symbols symbols() {
        return facts.symbols();
    }

    public Types types() {
        return facts.types();
    }

    public MachineView machine() {
        return machine;
    }

    /** What walks over this view found broken so far. */
    public Damage damage() {
        return damage;
    }

    /** The same kernel on another machine: a fork, a checkpoint. */
    public KernelView on(MachineView other) {
        return new KernelView(facts, other);
    }

    // Address spaces.

    /** The kernel's own address space, by its own root table; before that is built, its image alone. */
    public AddressSpace space() {
        if (image == null) {
            image = new AddressSpace(machine.memory(), 0, imageMap());
            rootAddress = symbols().address("swapper_pg_dir");
            modeAddress = symbols().find("satp_mode").orElse(0);
        }
        long mode = modeAddress == 0 ? 0 : image.readLong(modeAddress) & SATP_MODE;
        long physical = image.translate(rootAddress);
        if (physical == AddressSpace.UNMAPPED || mode == 0) {
            return image;
        }
        // It stays the same from the kernel's first page tables on, and is asked for with every object.
        if (paged == null || mode != pagedMode) {
            pagedMode = mode;
            paged = new AddressSpace(machine.memory(), mode | physical >>> 12, imageMap());
        }
        return paged;
    }

    /** Where the kernel's image lies. */
    private AddressSpace.Flat imageMap() {
        return new AddressSpace.Flat(
                symbols().address("_start"), symbols().address("_end"), facts.imagePhysicalOffset());
    }

    /** Whether the kernel has set up its page tables: before that there are no processes, and nothing else to see. */
    public boolean hasStarted() {
        var image = new AddressSpace(machine.memory(), 0, imageMap());
        long root = symbols().address("swapper_pg_dir");
        for (long entry = root; entry < root + AddressSpace.PAGE_BYTES; entry += 8) {
            if (image.isMapped(entry) && image.readLong(entry) != 0) {
                return true;
            }
        }
        return false;
    }

    /** The address space of a hart as it runs. */
    public AddressSpace hartSpace(int hart) {
        return new AddressSpace(machine.memory(), machine.hart(hart).satp(), AddressSpace.Flat.NONE);
    }

    /** The address space of a process, by its mm_struct. */
    public AddressSpace userSpace(KernelObject mm) {
        AddressSpace kernel = space();
        long root = kernel.translate(mm.get("pgd"));
        if (root == AddressSpace.UNMAPPED) {
            throw new MemoryFault(mm.address(), "mm_struct.pgd is wild");
        }
        long mode = kernel.readLong(symbols().address("satp_mode")) & SATP_MODE;
        return new AddressSpace(machine.memory(), mode | root >>> 12, AddressSpace.Flat.NONE);
    }

    // Objects.

    /** A structure at an address. */
    public KernelObject object(String struct, long address) {
        return new KernelObject(space(), types(), layouts.computeIfAbsent(struct, types()::struct), address);
    }

    /** The structure that a symbol names. */
    public KernelObject global(String symbol, String struct) {
        return object(struct, symbols().address(symbol));
    }

    /** The 64-bit word that a symbol names. */
    public long globalLong(String symbol) {
        return space().readLong(symbols().address(symbol));
    }

    /** Where a CPU's own copy of a per-CPU symbol lies. */
    public long perCpu(int cpu, String symbol) {
        return perCpu(cpu, symbols().address(symbol));
    }

    /** Where a CPU's own copy of what lies at a per-CPU address lies. */
    public long perCpu(int cpu, long address) {
        return space().readLong(symbols().address("__per_cpu_offset") + 8L * cpu) + address;
    }

    /** CPUs that the kernel believes possible. */
    public int cpus() {
        int count = space().readInt(symbols().address("nr_cpu_ids"));
        return Math.clamp(count, 1, MOST_CPUS);
    }

    /** The task_struct that a hart runs; empty while it is in machine mode or not yet started. */
    public Optional<KernelObject> currentTask(int hart) {
        long task = currentTaskAddress(hart);
        return task == 0 ? Optional.empty() : Optional.of(object("task_struct", task));
    }

    /** Its address, or 0. */
    public long currentTaskAddress(int hart) {
        MachineView.HartView state = machine.hart(hart);
        if (state.satp() == 0 || state.privilege() == 3) {
            return 0;
        }
        // In user mode, and at the first instructions of the trap handler, tp is still the user's.
        long task = state.sscratch() != 0 ? state.sscratch() : state.x(4);
        return space().isMapped(task) ? task : 0;
    }

    // Walks.

    /**
     * The structures on a {@code list_head}, lazily; ends at what is broken and notes it.
     *
     * @param headAddress of the list_head that is no element
     * @param member the list_head in each element
     * @param most elements at most
     */
    public Stream<KernelObject> list(long headAddress, String struct, String member, int most) {
        AddressSpace space = space();
        StructLayout layout = types().struct(struct);
        long offset = layout.field(member).offsetBytes();
        return walk(
                        "list of %s.%s at 0x%x".formatted(struct, member, headAddress),
                        most,
                        () -> space.readLong(headAddress),
                        node -> space.readLong(node),
                        node -> node == headAddress || node == 0)
                .map(node -> new KernelObject(space, types(), layout, node - offset));
    }

    /** The structures on an {@code hlist_head} or {@code hlist_nulls_head}, as {@link #list}. */
    public Stream<KernelObject> hlist(long headAddress, String struct, String member, int most) {
        AddressSpace space = space();
        StructLayout layout = types().struct(struct);
        long offset = layout.field(member).offsetBytes();
        return walk(
                        "hlist of %s.%s at 0x%x".formatted(struct, member, headAddress),
                        most,
                        () -> space.readLong(headAddress),
                        node -> space.readLong(node),
                        node -> node == 0 || (node & 1) != 0)
                .map(node -> new KernelObject(space, types(), layout, node - offset));
    }

    /** Reads an address. */
    @FunctionalInterface
    public interface Next {
        long after(long node);
    }

    /** Tells an address that ends a walk. */
    @FunctionalInterface
    public interface End {
        boolean isAt(long node);
    }

    /**
     * Addresses of the nodes of a chain, lazily. A node seen twice, a wild pointer and too many nodes end it, and are
     * noted.
     */
    public Stream<Long> walk(String what, int most, Supplier<Long> first, Next next, End end) {
        var nodes = new Iterator<Long>() {
            private final Set<Long> seen = new HashSet<>();
            private boolean fetched;
            private boolean over;
            private long node;

            @Override
            public boolean hasNext() {
                if (!fetched && !over) {
                    fetch();
                }
                return !over;
            }

            private void fetch() {
                fetched = true;
                try {
                    node = seen.isEmpty() ? first.get() : next.after(node);
                } catch (MemoryFault e) {
                    finish("wild pointer " + e.getMessage());
                    return;
                }
                if (end.isAt(node)) {
                    over = true;
                } else if ((node & LIST_POISON) == LIST_POISON && (node >>> 32) == LIST_POISON >>> 32) {
                    finish("an element was removed meanwhile");
                } else if (!seen.add(node)) {
                    finish("comes back to 0x%x".formatted(node));
                } else if (seen.size() > most) {
                    finish("has more than %,d elements".formatted(most));
                }
            }

            private void finish(String reason) {
                damage.note(what, reason);
                over = true;
            }

            @Override
            public Long next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                fetched = false;
                return node;
            }
        };
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(nodes, 0), false);
    }

    /** What a read gives, or empty and a note where it meets something broken. */
    public <T> Optional<T> tolerate(String where, Supplier<T> read) {
        try {
            return Optional.ofNullable(read.get());
        } catch (MemoryFault e) {
            damage.note(where, e.getMessage());
            return Optional.empty();
        }
    }
}
