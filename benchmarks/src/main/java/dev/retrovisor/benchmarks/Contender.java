package dev.retrovisor.benchmarks;

import dev.retrovisor.machine.EngineChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What runs the guest: the columns of the table. */
enum Contender {
    RETROVISOR("Retrovisor"),
    QEMU("QEMU"),
    QEMU_RECORDING("QEMU recording");

    private static final String QEMU_PROGRAM = "qemu-system-riscv64";

    private final String title;

    Contender(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** As QEMU prints it: {@code QEMU 10.0.2}. */
    static String qemuVersion() {
        try {
            Process process = new ProcessBuilder(QEMU_PROGRAM, "--version").start();
            try (var lines = process.inputReader()) {
                return lines.readLine().replaceFirst("emulator version (\\S+).*", "$1");
            }
        } catch (IOException e) {
            return "no QEMU";
        }
    }

    /**
     * The command that boots a guest, without a terminal, and ends with it.
     *
     * @param recording takes what a QEMU that records writes
     */
    List<String> command(BenchGuest.Boot boot, EngineChoice engine, Path recording) {
        return switch (this) {
            case RETROVISOR -> GuestRun.command(boot, engine);
            case QEMU -> qemu(boot);
            case QEMU_RECORDING -> {
                var command = new ArrayList<>(qemu(boot));
                command.addAll(List.of("-icount", "shift=0,rr=record,rrfile=" + recording));
                yield command;
            }
        };
    }

    private static List<String> qemu(BenchGuest.Boot boot) {
        return List.of(
                QEMU_PROGRAM,
                "-M",
                "virt",
                "-cpu",
                "rv64",
                "-m",
                Integer.toString(BenchGuest.MEMORY_MIB),
                "-nographic",
                "-nic",
                "none",
                "-no-reboot",
                "-kernel",
                boot.kernel().toString(),
                "-initrd",
                boot.initrd().toString(),
                "-append",
                boot.append());
    }
}
