package dev.retrovisor.testkit.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspection.Scope;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.kernel.NoKernelException;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Tasks;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.traces.Manifest.ImageRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/**
 * Guests lie. Whatever stands in their memory, every walk ends, says what it found broken, and throws nothing: here
 * chosen lies and random ones, on a copy of a real guest's memory.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class HostileGuestTest {
    private static final long WILD = 0xdead_beef_0000_1234L;
    private static final int ROUNDS = 8;
    private static final int LIES_A_ROUND = 400;
    private static final int MOST_ROWS = 50_000;
    private static final long MOST_MILLIS = 60_000;

    /** Too slow to ask in every round: it goes over all of memory, page by page. */
    private static final String SLOW = "page";

    /** A guest's memory that can be lied in. */
    private static final class Liar {
        private final TamperedMemory memory;
        private final KernelView kernel;

        Liar(Look look) {
            MachineView machine = MachineView.of(look.replay().machine());
            memory = new TamperedMemory(machine.memory());
            kernel = new KernelView(look.kernel().facts(), memory.on(machine));
        }

        KernelObject task(int pid) {
            return new Tasks(kernel).withPid(pid).map(Task::object).orElseThrow();
        }

        void write(long virtualAddress, long value) {
            memory.writeLong(kernel.space().translate(virtualAddress), value);
        }

        List<Row> rows(String inspection) {
            return Row.of(Inspections.named(inspection).orElseThrow(), kernel, Scope.EVERYTHING);
        }
    }

    @LookTest
    void aCyclicListOfTasksEndsAndIsNoted(Look look) {
        var liar = new Liar(look);
        KernelObject early = liar.task(look.truth().actor("files"));
        KernelObject late = liar.task(look.truth().actor("touched"));

        liar.write(late.addressOf("tasks.next"), early.addressOf("tasks"));

        assertThat(liar.rows("pslist").size())
                .isBetween(50, look.truth().processes().size());
        assertThat(liar.kernel.damage().notes()).anyMatch(note -> note.contains("comes back to"));
    }

    @LookTest
    void aWildPointerEndsAListAndIsNoted(Look look) {
        var liar = new Liar(look);

        liar.write(liar.task(look.truth().actor("files")).addressOf("tasks.next"), WILD);

        assertThat(liar.rows("pslist").size())
                .isBetween(10, look.truth().processes().size() - 1);
        assertThat(liar.kernel.damage().notes()).anyMatch(note -> note.contains("wild pointer"));
    }

    @LookTest
    void aTreeOfMapsThatIsItsOwnChildEndsAndIsNoted(Look look) {
        var liar = new Liar(look);
        KernelObject mm = liar.task(look.truth().actor("files")).to("mm");
        long root = mm.get("mm_mt.ma_root");
        long node = root & ~0xffL;

        for (int slot = 0; slot < 32; slot++) {
            liar.write(node + 8L * slot, root);
        }

        assertThat(liar.rows("maps")).isNotEmpty();
        assertThat(liar.kernel.damage().isNone()).isFalse();
    }

    @LookTest
    void aForgedTableOfFilesEndsAndIsNoted(Look look) {
        var liar = new Liar(look);
        KernelObject table = liar.task(look.truth().actor("files")).to("files").to("fdt");

        liar.write(table.addressOf("max_fds"), 0x7fff_ffffL);
        liar.write(liar.task(look.truth().actor("pipes")).to("files").addressOf("fdt"), WILD);

        assertThat(liar.rows("lsof")).isNotEmpty();
        assertThat(liar.kernel.damage().isNone()).isFalse();
    }

    @LookTest
    void aFolderThatIsItsOwnParentGivesNoEndlessPath(Look look) {
        var liar = new Liar(look);
        KernelObject folder =
                liar.task(look.truth().actor("files")).to("fs").in("pwd").to("dentry");

        liar.write(folder.addressOf("d_parent"), folder.address() + 8);

        assertThat(liar.rows("lsof"))
                .allSatisfy(row -> assertThat(row.text("path").length()).isLessThan(10_000));
    }

    @LookTest
    void randomLiesInKernelDataEndEveryInspectionWithoutAnException(Look look) {
        Map<String, String> thrown = new TreeMap<>();
        Map<String, Long> slow = new TreeMap<>();
        List<Long> targets = targets(look);
        Scope scope = Scope.EVERYTHING
                .withAddress(look.kernel().symbols().address("init_task"))
                .withImage(look.replay().trace().image(ImageRole.KERNEL));
        for (int round = 0; round < ROUNDS; round++) {
            var random = new Random(round);
            var liar = new Liar(look);
            for (int i = 0; i < LIES_A_ROUND; i++) {
                long target = targets.get(random.nextInt(targets.size())) + random.nextInt(512) * 8L;
                if (liar.memory.contains(target, 8)) {
                    liar.memory.writeLong(target, lie(random, liar.memory.readLong(target)));
                }
            }
            for (Inspection<?> inspection : Inspections.all()) {
                if (inspection.name().equals(SLOW) && round > 0) {
                    continue;
                }
                long begun = System.nanoTime();
                try {
                    inspection
                            .run(liar.kernel, scope)
                            .limit(MOST_ROWS)
                            .forEach(row -> assertThat(row.toString()).isNotNull());
                } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                    thrown.putIfAbsent(
                            inspection.name(),
                            "round %d: %s at %s"
                                    .formatted(round, e, e.getStackTrace().length > 0 ? e.getStackTrace()[0] : ""));
                }
                long millis = (System.nanoTime() - begun) / 1_000_000;
                if (millis > MOST_MILLIS) {
                    slow.merge(inspection.name(), millis, Math::max);
                }
            }
        }

        assertThat(thrown).as("inspections that threw").isEmpty();
        assertThat(slow)
                .as("inspections that took longer than %d ms", MOST_MILLIS)
                .isEmpty();
    }

    /** Physical addresses of structures that walks begin with or come by. */
    private static List<Long> targets(Look look) {
        List<Long> targets = new ArrayList<>();
        KernelView kernel = look.kernel();
        new Tasks(kernel).threads().forEach(task -> {
            targets.add(kernel.space().translate(task.address()));
            for (String member : List.of("mm", "files", "fs", "nsproxy", "signal", "sighand", "cred", "thread_pid")) {
                task.object()
                        .follow(member)
                        .ifPresent(object -> targets.add(kernel.space().translate(object.address())));
            }
        });
        for (String symbol : List.of(
                "slab_caches",
                "modules",
                "super_blocks",
                "init_pid_ns",
                "init_net",
                "init_ipc_ns",
                "vmap_nodes",
                "prb",
                "contig_page_data")) {
            kernel.symbols()
                    .find(symbol)
                    .ifPresent(address -> targets.add(kernel.space().translate(address)));
        }
        targets.removeIf(address -> address < Ram.BASE);
        return targets;
    }

    private static long lie(Random random, long truth) {
        return switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> WILD;
            case 3 -> truth ^ 1L << random.nextInt(64);
            case 4 -> truth + 8;
            default -> random.nextLong();
        };
    }

    @LookTest
    void forgedSymbolsAndTypesAreRefusedOrTakenButNeverThrow(Look look) {
        byte[] image = look.replay().trace().image(ImageRole.KERNEL);
        long start = look.kernel().symbols().address("_start");
        List<String> parts = List.of(
                "kallsyms_names", "kallsyms_token_table", "kallsyms_markers", "__start_BTF", "kallsyms_offsets");
        var random = new Random(7);
        for (String part : parts) {
            byte[] forged = image.clone();
            int offset = (int) (look.kernel().symbols().address(part) - start);
            for (int i = 0; i < 200; i++) {
                forged[offset + random.nextInt(i < 100 ? 64 : 1 << 18)] = (byte) random.nextInt();
            }
            try {
                assertThat(KernelFinder.find(new ImageView(forged)).symbols())
                        .as(part)
                        .isNotNull();
            } catch (NoKernelException e) {
                assertThat(e.getMessage()).as(part).contains("kallsyms");
            }
        }
    }
}
