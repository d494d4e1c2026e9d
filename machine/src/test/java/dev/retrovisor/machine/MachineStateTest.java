package dev.retrovisor.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.DiskBacking;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.device.Aclint;
import dev.retrovisor.machine.device.EntropySource;
import dev.retrovisor.machine.device.GoldfishRtc;
import dev.retrovisor.machine.device.Plic;
import dev.retrovisor.machine.device.Syscon;
import dev.retrovisor.machine.device.Uart16550;
import dev.retrovisor.machine.disk.DiskImage;
import dev.retrovisor.machine.disk.DiskOverlay;
import dev.retrovisor.machine.disk.HeapPageStorage;
import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Assembler;
import dev.retrovisor.machine.state.StateCoverage;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Stateful;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.machine.virtio.VirtioMmio;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every part of a whole machine saves what it has, and nothing that has state is left out. */
final class MachineStateTest {
    private static final MachineConfig CONFIG = new MachineConfig(
            MachineConfig.MIN_MEMORY_BYTES,
            2,
            1000,
            PagingMode.SV57,
            true,
            "",
            List.of(new MachineConfig.Drive(1 << 20, false, "one")),
            List.of(new MachineConfig.Nic("52:54:00:12:34:56")),
            true,
            1000,
            new byte[32]);

    /** Parts whose own tests fill their queues and then hold every field to being saved: a new device joins them. */
    private static final Set<Class<?>> TESTED_WHERE_THEY_LIVE = Set.of(
            Plic.class,
            Aclint.class,
            Uart16550.class,
            GoldfishRtc.class,
            Syscon.class,
            EntropySource.class,
            VirtioMmio.class,
            DiskOverlay.class);

    private static Machine machine() {
        byte[] program = Assembler.assemble(
                        GuestPrograms.SEVERAL_HARTS, TinyMachine.CONSTANTS.get("RAM"), TinyMachine.CONSTANTS)
                .bytes();
        DiskImage base = new DiskImage() {
            @Override
            public long sizeBytes() {
                return 1 << 20;
            }

            @Override
            public void read(long offset, byte[] target, int targetOffset, int lengthBytes) {}
        };
        return Machine.of(
                CONFIG,
                new BootImages(program, new byte[0], new byte[0]),
                List.of(new DiskBacking(base, new HeapPageStorage())),
                _ -> {},
                EngineChoice.TRANSLATOR);
    }

    @Test
    void everyFieldOfEveryPartIsSavedOrDerived() {
        try (Machine machine = machine();
                Machine other = machine()) {
            machine.runTo(5000, Alarms.NEVER);
            List<Stateful> parts = machine.parts();
            for (int i = 0; i < parts.size(); i++) {
                Stateful same = other.parts().get(i);
                assertEquals(parts.get(i).name(), same.name());
                if (!TESTED_WHERE_THEY_LIVE.contains(parts.get(i).getClass())) {
                    StateCoverage.checkWhatIsThere(parts.get(i), () -> same);
                }
            }
        }
    }

    @Test
    void everyRegisterOfAHartIsSavedAndRestored() {
        try (Machine machine = machine();
                Machine other = machine()) {
            var random = new Random(1);
            long before = machine.registerHash();
            for (int offset = 8; offset < HartState.SAVED_BYTES; offset += 8) {
                long kept = machine.hart(1).get(offset);
                machine.hart(1).set(offset, kept ^ 1L << random.nextInt(3));
                assertTrue(before != machine.registerHash(), "offset %d is not in the hash".formatted(offset));
                machine.hart(1).set(offset, kept);
            }
            assertEquals(before, machine.registerHash());
            for (int offset = 8; offset < 512; offset += 8) {
                machine.hart(0).set(offset, random.nextLong());
            }
            var out = new StateWriter();
            machine.save(out);
            other.load(new StateReader(out.toByteArray()));
            assertEquals(machine.registerHash(), other.registerHash());
        }
    }

    @Test
    void sectionsHaveNamesOfTheirOwn() {
        try (Machine machine = machine()) {
            var names = new HashSet<String>();
            for (Stateful part : machine.parts()) {
                assertTrue(names.add(part.name()), part.name() + " names two sections");
            }
        }
    }

    /** Whatever a Machine refers to and is Stateful is among its parts. */
    @Test
    void noStatefulPartIsLeftOut() throws IllegalAccessException {
        try (Machine machine = machine()) {
            List<Stateful> parts = machine.parts();
            var missing = new ArrayList<String>();
            for (Field field : Machine.class.getDeclaredFields()) {
                field.setAccessible(true);
                Object value = field.get(machine);
                if (value instanceof Stateful part && !parts.contains(part)) {
                    missing.add(field.getName());
                }
                if (value instanceof List<?> list) {
                    list.stream()
                            .filter(e -> e instanceof Hart && !parts.contains(e))
                            .forEach(e -> missing.add(field.getName()));
                }
            }
            assertEquals(List.of(), missing);
        }
    }

    @Test
    void aCutStateIsRefused() {
        try (Machine machine = machine();
                Machine other = machine()) {
            var out = new StateWriter();
            machine.save(out);
            byte[] whole = out.toByteArray();
            for (int length = 0; length < whole.length; length += 97) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThrows(StateFormatException.class, () -> other.load(new StateReader(cut)));
            }
            other.load(new StateReader(whole));
            assertEquals(machine.registerHash(), other.registerHash());
        }
    }
}
