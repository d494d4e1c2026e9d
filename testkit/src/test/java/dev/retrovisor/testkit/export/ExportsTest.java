package dev.retrovisor.testkit.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.retrovisor.introspect.export.ProcessCore;
import dev.retrovisor.introspect.isf.Isf;
import dev.retrovisor.introspect.isf.IsfReader;
import dev.retrovisor.introspect.isf.IsfWriter;
import dev.retrovisor.introspect.kernel.KernelFacts;
import dev.retrovisor.introspect.kernel.KernelFactsCache;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Tasks;
import dev.retrovisor.introspect.linux.UserRegisters;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.StructLayout;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.replayer.Replay;
import dev.retrovisor.replayer.ReplayListener;
import dev.retrovisor.replayer.ReplayOptions;
import dev.retrovisor.testkit.debian.LookGuest;
import dev.retrovisor.testkit.debian.Recording;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportsTest {
    private Replay replay;
    private MachineView machine;
    private KernelFacts facts;

    @TempDir
    private Path folder;

    @BeforeAll
    void stopAtTheTruth() {
        Recording recording = LookGuest.recorded(1, PagingMode.SV48);
        replay = Replay.open(recording.trace(), ReplayOptions.standard());
        replay.run(recording.behind(LookGuest.MARKER), ReplayListener.SILENT);
        machine = MachineView.of(replay.machine());
        facts = KernelFinder.find(machine);
    }

    @AfterAll
    void close() {
        replay.close();
    }

    private Isf isf() {
        try {
            var out = new StringWriter();
            IsfWriter.write(facts, new IsfWriter.Producer("test", "1"), out);
            return IsfReader.read("kernel.json", new StringReader(out.toString()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Structures still to be compared, with those that they were written as. */
    private static final class Pairs {
        private final Map<StructLayout, StructLayout> seen = new IdentityHashMap<>();
        private final ArrayDeque<StructLayout> todo = new ArrayDeque<>();
        private long fields;

        void add(StructLayout ours, StructLayout read) {
            if (seen.putIfAbsent(ours, read) == null) {
                todo.add(ours);
            }
        }

        void compareAll() {
            while (!todo.isEmpty()) {
                StructLayout ours = todo.poll();
                StructLayout read = seen.get(ours);
                assertThat(List.of(read.name(), read.sizeBytes(), read.isUnion()))
                        .isEqualTo(List.of(ours.name(), ours.sizeBytes(), ours.isUnion()));
                assertThat(read.members()).as(ours.toString()).hasSameSizeAs(ours.members());
                for (int i = 0; i < ours.members().size(); i++) {
                    Field a = ours.members().get(i);
                    Field b = read.members().get(i);
                    assertThat(List.of(b.name(), b.bitOffset(), b.bitSize()))
                            .as(ours.toString())
                            .isEqualTo(List.of(a.name(), a.bitOffset(), a.bitSize()));
                    compare(a.type(), b.type(), ours + "." + a.name());
                    fields++;
                }
            }
        }

        private void compare(CType ours, CType read, String where) {
            switch (ours) {
                case CType.Struct(StructLayout layout) -> add(layout, ((CType.Struct) read).layout());
                case CType.Pointer pointer ->
                    compare(
                            pointer.target().get(),
                            ((CType.Pointer) read).target().get(),
                            where);
                case CType.Array(CType element, long count) -> {
                    assertThat(((CType.Array) read).count()).as(where).isEqualTo(count);
                    compare(element, ((CType.Array) read).element(), where);
                }
                case CType.Function _ -> assertThat(read).as(where).isInstanceOf(CType.Function.class);
                case CType.Scalar _, CType.Floating _, CType.Enumerated _, CType.Incomplete _, CType.Void _ ->
                    assertThat(read).as(where).isEqualTo(ours);
            }
        }
    }

    @Test
    void everyMemberOfEveryStructureComesBackFromTheSymbolFile() {
        Isf isf = isf();
        var pairs = new Pairs();
        facts.types()
                .structs()
                .filter(layout -> facts.types().struct(layout.name()) == layout)
                .forEach(layout -> pairs.add(layout, isf.types().struct(layout.name())));

        pairs.compareAll();

        assertThat(pairs.fields).isGreaterThan(40_000);
        assertThat(isf.types().enumerations()).containsAll(facts.types().enumerations());
        assertThat(isf.banner()).isEqualTo(facts.banner());
    }

    @Test
    void aSymbolFileTellsTheSameProcesses() {
        var own = new KernelView(facts, machine);
        var borrowed = new KernelView(
                new KernelFacts(facts.banner(), facts.symbols(), isf().types(), facts.imagePhysicalOffset()), machine);

        assertThat(names(borrowed)).isEqualTo(names(own)).hasSizeGreaterThan(10);
    }

    private static List<String> names(KernelView kernel) {
        return new Tasks(kernel)
                .processes()
                .map(task -> "%d %d %s".formatted(task.pid(), task.ppid(), task.comm()))
                .toList();
    }

    @Test
    void whatWasKeptIsWhatWasFound() {
        List<String> notes = new ArrayList<>();
        var cache = new KernelFactsCache(folder.resolve("introspect"), notes::add);

        assertThat(cache.find(machine).symbols()).isEqualTo(facts.symbols());
        assertThat(folder.resolve("introspect")).isDirectoryContaining("glob:**.symbols");
        assertThat(cache.find(machine).symbols()).isEqualTo(facts.symbols());
        assertThat(notes).isEmpty();
    }

    @Test
    void aDamagedFileIsPassedOverWithANote() throws IOException {
        List<String> notes = new ArrayList<>();
        Path kept = folder.resolve("damaged");
        var cache = new KernelFactsCache(kept, notes::add);
        cache.find(machine);
        try (var files = Files.list(kept)) {
            Path file = files.findFirst().orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        }

        assertThat(cache.find(machine).symbols()).isEqualTo(facts.symbols());
        assertThat(notes).hasSize(1).first().asString().contains("is damaged");
    }

    @Test
    void gdbFindsEachThreadOfACoreWhereItStands() throws IOException, InterruptedException {
        assumeTrue(isThere("gdb-multiarch"), "gdb-multiarch is not installed");
        Task threads = new Tasks(new KernelView(facts, machine))
                .processes()
                .filter(task -> !task.isKernelThread() && task.threadCount() > 2)
                .findFirst()
                .orElseThrow();
        Path core = folder.resolve("core");
        assertThat(ProcessCore.write(threads, core)).isTrue();

        String said =
                output("gdb-multiarch", "-batch", "-nx", "-ex", "core-file " + core, "-ex", "thread apply all p $pc");

        for (Task thread : threads.threads().toList()) {
            long pc = UserRegisters.of(thread).orElseThrow().pc();
            assertThat(said).contains("LWP " + thread.pid()).containsPattern("0x0*" + Long.toHexString(pc));
        }
    }

    private static boolean isThere(String command) {
        for (String path : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(path, command))) {
                return true;
            }
        }
        return false;
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        process.waitFor();
        return output;
    }
}
