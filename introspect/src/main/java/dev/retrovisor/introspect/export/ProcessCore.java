package dev.retrovisor.introspect.export;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.linux.MemoryMaps;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.UserMemory;
import dev.retrovisor.introspect.linux.UserRegisters;
import dev.retrovisor.introspect.linux.Vma;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.MemoryFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A process as a core file that {@code gdb PROGRAM CORE} opens: its threads with their registers, its mappings with what of
 * them is in memory, its auxiliary vector. No signal ended it, so none is in the file.
 */
public final class ProcessCore {
    /** {@code e_flags} of nearly all programs for Linux: compressed instructions, double floats in registers. */
    static final int USUAL_FLAGS = 5;

    private static final int MOST_THREADS = 1 << 16;
    private static final int REGISTERS = 32;
    private static final int ELF_FLAGS_OFFSET = 48;
    private static final int FLOATING_POINT_BYTES = 264;

    private final KernelView kernel;
    private final Task leader;
    private final KernelObject mm;

    private ProcessCore(Task leader, KernelObject mm) {
        this.leader = leader;
        this.mm = mm;
        kernel = leader.kernel();
    }

    /**
     * Writes a process to a file; what is broken of it is left out and noted in the view's damage.
     *
     * @return false, and no file, if it has no memory of its own: a thread of the kernel, or dead
     * @throws MemoryFault if not even its first thread can be read
     */
    public static boolean write(Task leader, Path path) throws IOException {
        Optional<KernelObject> mm = leader.mm();
        if (mm.isEmpty()) {
            return false;
        }
        new ProcessCore(leader, mm.get()).write(path);
        return true;
    }

    private void write(Path path) throws IOException {
        List<Vma> maps = new MemoryMaps(kernel, mm).all().toList();
        var contents = new ProcessContents(kernel, new UserMemory(kernel, mm).space());
        for (Vma vma : maps) {
            kernel.tolerate("core of process " + leader.tgid(), () -> {
                contents.add(vma);
                return null;
            });
        }
        var core = new ElfCore(machineFlags(maps, contents));
        int ppid = leader.ppid();
        int group = processNumber("PIDTYPE_PGID");
        int session = processNumber("PIDTYPE_SID");
        List<Task> threads = leader.threads().limit(MOST_THREADS).toList();
        boolean isFirst = true;
        for (Task thread : threads) {
            thread(core, thread, ppid, group, session);
            if (isFirst) {
                // Linux has the process behind its first thread; readers expect it near the beginning.
                core.note(ElfCore.OWNER, ElfCore.NOTE_PRPSINFO, info(ppid, group, session));
                core.note(ElfCore.OWNER, ElfCore.NOTE_AUXILIARY, auxiliaryVector());
                core.note(ElfCore.OWNER, ElfCore.NOTE_FILES, CoreNotes.files(files(maps), AddressSpace.PAGE_BYTES));
                isFirst = false;
            }
        }
        contents.describe(core);
        try (var out = new SparseFile(path)) {
            core.write(out);
            contents.write(out);
        }
    }

    private void thread(ElfCore core, Task thread, int ppid, int group, int session) {
        kernel.tolerate("thread " + thread.pid(), () -> {
            Optional<UserRegisters> registers = UserRegisters.of(thread);
            long[] values = new long[REGISTERS];
            registers.ifPresent(saved -> {
                values[0] = saved.pc();
                for (int i = 1; i < REGISTERS; i++) {
                    values[i] = saved.x(i);
                }
            });
            core.note(
                    ElfCore.OWNER, ElfCore.NOTE_PRSTATUS, CoreNotes.status(thread.pid(), ppid, group, session, values));
            // While a thread is on a processor its floating point registers may be there alone.
            if (!thread.isOnCpu() && thread.object().has("thread.fstate")) {
                KernelObject state = thread.object().in("thread.fstate");
                core.note(
                        ElfCore.OWNER,
                        ElfCore.NOTE_FLOATING_POINT,
                        state.space().read(state.address(), FLOATING_POINT_BYTES));
            }
            return null;
        });
    }

    /** The number of the process's group or session in the initial namespace. */
    private int processNumber(String kind) {
        return kernel.tolerate("process numbers", () -> {
                    KernelObject signal = leader.object().to("signal");
                    long pid = signal.element("pids", (int) kernel.types().constant(kind));
                    return pid == 0 ? 0 : firstNumber(kernel.object("pid", pid));
                })
                .orElse(0);
    }

    private int firstNumber(KernelObject pid) {
        return kernel.object("upid", pid.addressOf("numbers")).getInt("nr");
    }

    private byte[] info(int ppid, int group, int session) {
        return CoreNotes.info(new CoreNotes.Process(
                leader.state(),
                leader.flags(),
                leader.uid(),
                leader.gid(),
                leader.tgid(),
                ppid,
                group,
                session,
                leader.comm(),
                kernel.tolerate("arguments", () -> leader.commandLine().bytes()).orElse(new byte[0])));
    }

    /** The pairs of {@code AT_} numbers and values that the kernel gave the program, with the pair of zeros at their end. */
    private byte[] auxiliaryVector() {
        int count = mm.count("saved_auxv");
        ByteBuffer vector = ElfCore.little(count * 8);
        kernel.tolerate("auxiliary vector", () -> {
            for (int i = 0; i + 1 < count; i += 2) {
                long type = mm.element("saved_auxv", i);
                vector.putLong(type).putLong(mm.element("saved_auxv", i + 1));
                if (type == 0) {
                    break;
                }
            }
            return null;
        });
        return Arrays.copyOf(vector.array(), vector.position());
    }

    private static List<CoreNotes.MappedFile> files(List<Vma> maps) {
        List<CoreNotes.MappedFile> files = new ArrayList<>();
        for (Vma vma : maps) {
            if (vma.kind() == Vma.Kind.FILE) {
                files.add(new CoreNotes.MappedFile(vma.start(), vma.end(), vma.offset(), vma.name()));
            }
        }
        return files;
    }

    /** {@code e_flags} of the program, from its own header in memory. */
    private int machineFlags(List<Vma> maps, ProcessContents contents) {
        Optional<String> program =
                kernel.tolerate("program", () -> leader.commandLine().program()).flatMap(found -> found);
        for (Vma vma : maps) {
            if (vma.kind() == Vma.Kind.FILE
                    && vma.offset() == 0
                    && program.filter(vma.name()::equals).isPresent()) {
                byte[] header = contents.page(vma.start());
                ByteBuffer view = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
                if (new String(header, 0, 4, StandardCharsets.ISO_8859_1).equals("\u007fELF")) {
                    return view.getInt(ELF_FLAGS_OFFSET);
                }
            }
        }
        return USUAL_FLAGS;
    }
}
