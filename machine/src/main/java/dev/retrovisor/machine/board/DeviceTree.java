package dev.retrovisor.machine.board;

import dev.retrovisor.machine.device.Aclint;
import dev.retrovisor.machine.device.GoldfishRtc;
import dev.retrovisor.machine.device.HartPins;
import dev.retrovisor.machine.device.Plic;
import dev.retrovisor.machine.device.Syscon;
import dev.retrovisor.machine.device.Uart16550;
import dev.retrovisor.machine.fdt.FdtWriter;
import dev.retrovisor.machine.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Describes the board to the guest ("Devicetree Specification", 0.4, and Linux's bindings), so that firmware and kernels
 * made for QEMU's virt board find what they look for.
 *
 * <p>Virtio devices stand in the order disks, network cards, console, entropy source. The bytes depend on the arguments
 * alone.
 */
public final class DeviceTree {
    private static final int TICKS_PER_SECOND = (int) (1_000_000_000 / Clock.NANOS_PER_TICK);

    /** The crystal that Linux computes baud rates from; they mean nothing here. */
    private static final int UART_CLOCK_HERTZ = 3_686_400;

    private static final int CACHE_BLOCK_BYTES = 64;
    private static final String SERIAL_PATH = "/soc/" + at("serial", MemoryMap.UART);

    private final FdtWriter tree = new FdtWriter();
    private final MachineConfig config;
    private final List<String> extensions;

    private DeviceTree(MachineConfig config, List<String> extensions) {
        this.config = config;
        this.extensions = extensions;
    }

    /**
     * Builds the tree.
     *
     * @param extensions ISA extensions of every hart in lower case, single letters first ({@code i}, {@code m}, ...
     *     {@code zicsr}), without svade and svadu: the configuration says which one it is
     * @param initrdStart physical address of the initial RAM disk; equal to {@code initrdEnd} if there is none
     */
    public static byte[] build(MachineConfig config, List<String> extensions, long initrdStart, long initrdEnd) {
        if (extensions.contains("svade") || extensions.contains("svadu")) {
            throw new IllegalArgumentException("svade and svadu follow from the configuration: do not list them");
        }
        var all = new ArrayList<String>(extensions);
        all.add(config.hardwareDirtyBits() ? "svadu" : "svade");
        return new DeviceTree(config, all).build(initrdStart, initrdEnd);
    }

    /** Number of virtio devices that a configuration asks for; at most {@link MemoryMap#VIRTIO_SLOTS} fit. */
    public static int virtioDevices(MachineConfig config) {
        return config.drives().size() + config.nics().size() + (config.virtioConsole() ? 1 : 0) + 1;
    }

    private byte[] build(long initrdStart, long initrdEnd) {
        tree.begin("");
        tree.cells("#address-cells", 2);
        tree.cells("#size-cells", 2);
        tree.string("compatible", "riscv-virtio");
        tree.string("model", "riscv-virtio,retrovisor");
        aliases();
        chosen(initrdStart, initrdEnd);
        memory();
        cpus();
        soc();
        powerControl("poweroff", "syscon-poweroff", Syscon.POWER_OFF);
        powerControl("reboot", "syscon-reboot", Syscon.RESET);
        tree.end();
        return tree.toByteArray();
    }

    private void aliases() {
        tree.begin("aliases");
        tree.string("serial0", SERIAL_PATH);
        tree.end();
    }

    private void chosen(long initrdStart, long initrdEnd) {
        tree.begin("chosen");
        if (!config.append().isEmpty()) {
            tree.string("bootargs", config.append());
        }
        tree.string("stdout-path", SERIAL_PATH);
        if (initrdEnd > initrdStart) {
            tree.longs("linux,initrd-start", initrdStart);
            tree.longs("linux,initrd-end", initrdEnd);
        }
        tree.bytes("rng-seed", config.bootSeed());
        tree.end();
    }

    private void memory() {
        tree.begin(at("memory", MemoryMap.RAM));
        tree.string("device_type", "memory");
        tree.longs("reg", MemoryMap.RAM, config.memoryBytes());
        tree.end();
    }

    private void cpus() {
        tree.begin("cpus");
        tree.cells("#address-cells", 1);
        tree.cells("#size-cells", 0);
        tree.cells("timebase-frequency", TICKS_PER_SECOND);
        for (int hart = 0; hart < config.harts(); hart++) {
            cpu(hart);
        }
        tree.begin("cpu-map");
        tree.begin("cluster0");
        for (int hart = 0; hart < config.harts(); hart++) {
            tree.begin("core" + hart);
            tree.cells("cpu", cpuHandle(hart));
            tree.end();
        }
        tree.end();
        tree.end();
        tree.end();
    }

    private void cpu(int hart) {
        tree.begin(at("cpu", hart));
        tree.string("device_type", "cpu");
        tree.cells("reg", hart);
        tree.string("status", "okay");
        tree.string("compatible", "riscv");
        tree.string("riscv,isa", isaString());
        tree.string("riscv,isa-base", "rv64i");
        tree.strings("riscv,isa-extensions", extensions);
        tree.string("mmu-type", config.paging().deviceTreeName());
        tree.cells("riscv,cbom-block-size", CACHE_BLOCK_BYTES);
        tree.cells("riscv,cboz-block-size", CACHE_BLOCK_BYTES);
        tree.cells("phandle", cpuHandle(hart));
        tree.begin("interrupt-controller");
        tree.string("compatible", "riscv,cpu-intc");
        tree.flag("interrupt-controller");
        tree.cells("#address-cells", 0);
        tree.cells("#interrupt-cells", 1);
        tree.cells("phandle", pinsHandle(hart));
        tree.end();
        tree.end();
    }

    /** {@code rv64imafdc_zicsr_...}: single letters run on, longer names stand behind underscores. */
    private String isaString() {
        var isa = new StringBuilder("rv64");
        for (String extension : extensions) {
            isa.append(extension.length() > 1 ? "_" : "").append(extension);
        }
        return isa.toString();
    }

    private void soc() {
        tree.begin("soc");
        tree.cells("#address-cells", 2);
        tree.cells("#size-cells", 2);
        tree.string("compatible", "simple-bus");
        tree.flag("ranges");
        tree.cells("interrupt-parent", plicHandle());
        device("test", MemoryMap.SYSCON, Syscon.WINDOW_BYTES, "sifive,test1", "sifive,test0", "syscon");
        tree.cells("phandle", sysconHandle());
        tree.end();
        device("rtc", MemoryMap.RTC, GoldfishRtc.WINDOW_BYTES, "google,goldfish-rtc");
        tree.cells("interrupts", MemoryMap.RTC_IRQ);
        tree.end();
        device("clint", MemoryMap.ACLINT, Aclint.WINDOW_BYTES, "sifive,clint0", "riscv,clint0");
        tree.cells("interrupts-extended", hartPins(HartPins.MSIP, HartPins.MTIP));
        tree.end();
        plic();
        device("serial", MemoryMap.UART, Uart16550.WINDOW_BYTES, "ns16550a");
        tree.cells("interrupts", MemoryMap.UART_IRQ);
        tree.cells("clock-frequency", UART_CLOCK_HERTZ);
        tree.end();
        for (int slot = 0; slot < virtioDevices(config); slot++) {
            device("virtio", MemoryMap.virtio(slot), MemoryMap.VIRTIO_WINDOW_BYTES, "virtio,mmio");
            tree.cells("interrupts", MemoryMap.virtioIrq(slot));
            tree.flag("dma-coherent");
            tree.end();
        }
        tree.end();
    }

    private void plic() {
        device("interrupt-controller", MemoryMap.PLIC, Plic.WINDOW_BYTES, "sifive,plic-1.0.0", "riscv,plic0");
        tree.flag("interrupt-controller");
        tree.cells("#address-cells", 0);
        tree.cells("#interrupt-cells", 1);
        tree.cells("riscv,ndev", Plic.SOURCES - 1);
        tree.cells("interrupts-extended", hartPins(HartPins.MEIP, HartPins.SEIP));
        tree.cells("phandle", plicHandle());
        tree.end();
    }

    /** Opens a device's node and gives what all have. */
    private void device(String kind, long start, long lengthBytes, String... compatible) {
        tree.begin(at(kind, start));
        tree.strings("compatible", List.of(compatible));
        tree.longs("reg", start, lengthBytes);
    }

    private void powerControl(String name, String compatible, int value) {
        tree.begin(name);
        tree.string("compatible", compatible);
        tree.cells("regmap", sysconHandle());
        tree.cells("offset", 0);
        tree.cells("value", value);
        tree.end();
    }

    /** Two interrupt inputs of each hart, in the order of harts. */
    private int[] hartPins(int first, int second) {
        var cells = new int[4 * config.harts()];
        for (int hart = 0; hart < config.harts(); hart++) {
            cells[4 * hart] = pinsHandle(hart);
            cells[4 * hart + 1] = first;
            cells[4 * hart + 2] = pinsHandle(hart);
            cells[4 * hart + 3] = second;
        }
        return cells;
    }

    private static String at(String name, long unitAddress) {
        return name + "@" + Long.toHexString(unitAddress);
    }

    // Handles: harts' interrupt inputs from 1, harts behind them, then the two others.

    private int pinsHandle(int hart) {
        return 1 + hart;
    }

    private int cpuHandle(int hart) {
        return 1 + config.harts() + hart;
    }

    private int plicHandle() {
        return 1 + 2 * config.harts();
    }

    private int sysconHandle() {
        return 2 + 2 * config.harts();
    }
}
