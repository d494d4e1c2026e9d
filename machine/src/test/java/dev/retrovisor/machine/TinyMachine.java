package dev.retrovisor.machine;

import dev.retrovisor.machine.board.BootImages;
import dev.retrovisor.machine.board.DiskBacking;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.MemoryMap;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.board.StopReason;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.hart.CsrNames;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Assembler;
import dev.retrovisor.machine.isa.Assembly;
import dev.retrovisor.machine.isa.Registers;
import dev.retrovisor.machine.time.Alarms;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A machine with 64 MiB that runs a program given as assembly text: in machine mode from the start of RAM ({@link
 * #running}), or in supervisor mode under the built-in SBI ({@link #kernel}). Programs may use the names of {@link
 * #CONSTANTS}. By convention they end at a label {@code done} that jumps to itself.
 */
public final class TinyMachine implements AutoCloseable {
    /** Addresses of the board, and what a program writes to SYSCON to switch the machine off. */
    public static final Map<String, Long> CONSTANTS = Map.of(
            "RAM", MemoryMap.RAM,
            "UART", MemoryMap.UART,
            "SYSCON", MemoryMap.SYSCON,
            "CLINT", MemoryMap.ACLINT,
            "MTIMECMP", MemoryMap.ACLINT + 0x4000,
            "MTIME", MemoryMap.ACLINT + 0xBFF8,
            "PLIC", MemoryMap.PLIC,
            "RTC", MemoryMap.RTC,
            "POWER_OFF", 0x5555L);

    /** More than any of these programs takes. */
    private static final long MAX_STEPS = 10_000_000;

    private static final int KERNEL_OFFSET = 2 << 20;
    private static final int HEADER_BYTES = 64;
    private static final int MAGIC_OFFSET = 56;
    private static final int MAGIC = 0x05435352;

    /** One hart, turns of 1,000 steps, all paging modes, A and D bits set by the hart. */
    public static final MachineConfig CONFIG = new MachineConfig(
            MachineConfig.MIN_MEMORY_BYTES,
            1,
            1000,
            PagingMode.SV57,
            true,
            "",
            List.of(),
            List.of(),
            false,
            1_000_000,
            new byte[32]);

    private final MachineConfig config;
    private final BootImages images;
    private final Assembly program;
    private final Machine machine;
    private final List<DeviceEvent> events = new ArrayList<>();

    private TinyMachine(
            MachineConfig config, BootImages images, List<DiskBacking> disks, Assembly program, EngineChoice engine) {
        this(config, images, disks, program, engine, Engines::make);
    }

    private TinyMachine(
            MachineConfig config,
            BootImages images,
            List<DiskBacking> disks,
            Assembly program,
            EngineChoice engine,
            Engines.Maker maker) {
        this.config = config;
        this.images = images;
        this.program = program;
        machine = Machine.of(config, images, disks, events::add, engine, maker);
    }

    /** A machine about to run a program in machine mode. */
    public static TinyMachine running(String program) {
        return running(CONFIG, program);
    }

    /** The same, with several harts, which all start at the program's beginning with their number in a0. */
    public static TinyMachine running(int harts, String program) {
        return running(withHarts(harts), program);
    }

    /** The same, of any configuration without disks. */
    public static TinyMachine running(MachineConfig config, String program) {
        return running(config, List.of(), program);
    }

    /** The same, of any configuration. */
    public static TinyMachine running(MachineConfig config, List<DiskBacking> disks, String program) {
        Assembly assembly = Assembler.assemble(program, MemoryMap.RAM, CONSTANTS);
        return new TinyMachine(
                config,
                new BootImages(assembly.bytes(), new byte[0], new byte[0]),
                disks,
                assembly,
                EngineChoice.TRANSLATOR);
    }

    /** A machine about to run a program in supervisor mode on hart 0, under the built-in SBI. */
    public static TinyMachine kernel(String program) {
        return kernel(CONFIG, program);
    }

    /** The same, of any configuration without disks. */
    public static TinyMachine kernel(MachineConfig config, String program) {
        // An Image begins with code: here a jump over its header.
        String text = "j _start\n.zero 60\n_start: " + program;
        Assembly assembly = Assembler.assemble(text, MemoryMap.RAM + KERNEL_OFFSET, CONSTANTS);
        byte[] image = assembly.bytes().clone();
        ByteBuffer header = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(16, image.length);
        header.putInt(MAGIC_OFFSET, MAGIC);
        if (image.length < HEADER_BYTES) {
            throw new IllegalArgumentException("the program is shorter than its header");
        }
        return new TinyMachine(
                config, new BootImages(new byte[0], image, new byte[0]), List.of(), assembly, EngineChoice.TRANSLATOR);
    }

    /** {@link #CONFIG} with several harts. */
    public static MachineConfig withHarts(int harts) {
        return new MachineConfig(
                CONFIG.memoryBytes(),
                harts,
                CONFIG.quantumSteps(),
                CONFIG.paging(),
                CONFIG.hardwareDirtyBits(),
                CONFIG.append(),
                CONFIG.drives(),
                CONFIG.nics(),
                CONFIG.virtioConsole(),
                CONFIG.diskLatencyNanos(),
                CONFIG.bootSeed());
    }

    /** A second machine of the same configuration, images and program, at power-on. */
    public TinyMachine twin() {
        return twin(EngineChoice.TRANSLATOR);
    }

    /** The same, on an engine of one's choice. */
    public TinyMachine twin(EngineChoice engine) {
        return new TinyMachine(config, images, List.of(), program, engine);
    }

    /** The same, on engines of one's own. */
    TinyMachine twin(EngineChoice engine, Engines.Maker maker) {
        return new TinyMachine(config, images, List.of(), program, engine, maker);
    }

    public Machine machine() {
        return machine;
    }

    public Assembly program() {
        return program;
    }

    /** Makes {@code steps} steps; fewer if the machine stops. */
    public StopReason step(long steps) {
        return machine.runTo(machine.steps() + steps, Alarms.NEVER);
    }

    /** Steps until hart 0 stands at a label of the program. */
    public TinyMachine runTo(String label) {
        long target = program.label(label);
        for (long i = 0; i < MAX_STEPS && machine.hart(0).pc() != target; i++) {
            StopReason reason = step(1);
            if (reason != StopReason.STEP_LIMIT) {
                throw new AssertionError("stopped before '%s': %s at %#x".formatted(label, reason, pc()));
            }
        }
        if (pc() != target) {
            throw new AssertionError("never came to '%s', stands at %#x".formatted(label, pc()));
        }
        return this;
    }

    /** Runs until the program switches the machine off. */
    public TinyMachine runUntilPowerOff() {
        StopReason reason = machine.runTo(machine.steps() + MAX_STEPS, Alarms.NEVER);
        if (reason != StopReason.POWER_OFF) {
            throw new AssertionError("expected the power to go off, found %s at %#x".formatted(reason, pc()));
        }
        return this;
    }

    /** Machine time. */
    public long steps() {
        return machine.steps();
    }

    /** Instructions that hart 0 has retired, unless the program wrote the counter. */
    public long minstret() {
        return csr("minstret");
    }

    /** The pc of hart 0. */
    public long pc() {
        return machine.hart(0).pc();
    }

    /** The privilege of hart 0: 0, 1 or 3. */
    public long privilege() {
        return machine.hart(0).get(HartState.PRIVILEGE);
    }

    /** An integer register of hart 0 by its name. */
    public long x(String register) {
        return x(0, register);
    }

    /** An integer register of a hart by its name. */
    public long x(int hart, String register) {
        return machine.hart(hart).x(Registers.integerNumber(register));
    }

    /** A floating-point register of hart 0 by its name: raw bits. */
    public long f(String register) {
        return machine.hart(0).f(Registers.floatNumber(register));
    }

    /** A control and status register of hart 0 by its name. */
    public long csr(String name) {
        return csr(0, name);
    }

    /** A control and status register of a hart by its name. */
    public long csr(int hart, String name) {
        return machine.csr(hart, CsrNames.number(name));
    }

    /** The address of a label. */
    public long label(String name) {
        return program.label(name);
    }

    /** Eight bytes of RAM at a label. */
    public long dword(String label) {
        return machine.ram().readLong(program.label(label));
    }

    /** Everything that left the machine so far. */
    public List<DeviceEvent> events() {
        return List.copyOf(events);
    }

    /** What was written to the serial port, or by the SBI's debug console. */
    public String console() {
        var text = new ByteArrayOutputStream();
        for (DeviceEvent event : events) {
            if (event instanceof DeviceEvent.ConsoleOutput output && output.console() == 0) {
                text.writeBytes(output.bytes());
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        machine.close();
    }
}
