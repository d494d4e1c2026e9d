package dev.retrovisor.testkit.debian;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retrovisor.guests.Guest;
import dev.retrovisor.machine.EngineChoice;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.time.Alarms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Debian's own OpenSBI in machine mode instead of the built-in SBI, with the unmodified Debian kernel above it. */
final class OpenSbiBootTest {
    private static final Path FIRMWARE = Path.of("/usr/lib/riscv64-linux-gnu/opensbi/generic");
    private static final long STRETCH_STEPS = 1_000_000;
    private static final long MAX_STEPS = 2_000_000_000;
    private static final long EPOCH_NANOS = 1_790_000_000_000_000_000L;

    private final StringBuilder console = new StringBuilder();

    @Test
    void debianRunsUnderFwDynamicFromPowerOnToPowerOff() throws IOException {
        StopReason reason = boot("fw_dynamic.bin", 1, "no such text");

        assertThat(console.toString())
                .contains("OpenSBI v", "SBI implementation ID=0x1 ", "workload demo ended with status 0");
        assertThat(reason).as("OpenSBI switches power off by the syscon").isEqualTo(StopReason.POWER_OFF);
    }

    @Test
    void fwJumpStartsDebianOnBothHarts() throws IOException {
        boot("fw_jump.bin", 2, "smp: Brought up 1 node, 2 CPUs");

        assertThat(console.toString()).contains("OpenSBI v", "Platform HART Count", "smp: Brought up 1 node, 2 CPUs");
    }

    /** Runs until the guest has said something, or stops by itself. */
    private StopReason boot(String firmware, int harts, String lastWords) throws IOException {
        Guest guest = DebianRun.guest();
        String append = guest.appendForWorkload("demo") + " earlycon=sbi";
        var config = new MachineConfig(
                512L << 20,
                harts,
                20_000,
                PagingMode.SV57,
                true,
                append,
                List.of(),
                List.of(),
                false,
                50_000,
                new byte[32]);
        byte[] bios = Files.readAllBytes(FIRMWARE.resolve(firmware));
        var images = new BootImages(bios, Files.readAllBytes(guest.kernel()), Files.readAllBytes(guest.initrd()));
        try (var machine = Machine.of(config, images, List.of(), this::hear, EngineChoice.TRANSLATOR)) {
            machine.apply(new InputEvent.EntropySeed(0, 0, new byte[32]));
            machine.apply(new InputEvent.WallClock(0, 0, EPOCH_NANOS));
            var reason = StopReason.STEP_LIMIT;
            while (reason == StopReason.STEP_LIMIT && machine.steps() < MAX_STEPS && console.indexOf(lastWords) < 0) {
                reason = machine.runTo(machine.steps() + STRETCH_STEPS, Alarms.NEVER);
            }
            return reason;
        }
    }

    private void hear(DeviceEvent event) {
        if (event instanceof DeviceEvent.ConsoleOutput output) {
            console.append(new String(output.bytes(), StandardCharsets.ISO_8859_1));
        }
    }
}
