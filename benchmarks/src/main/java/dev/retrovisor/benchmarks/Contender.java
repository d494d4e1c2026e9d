package dev.retrovisor.benchmarks;

import dev.retrovisor.machine.EngineChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What runs the guest: the columns of the table. */
enum Contender {
    RETROVISOR("Retrovisor"),
    QEMU("QEMU"),
    QEMU_RECORDING("QEMU recording");

    private final String title;

    Contender(String title) {
        this.title = title;
    }

    String title() {
        return title;
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
                "qemu-system-riscv64",
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
