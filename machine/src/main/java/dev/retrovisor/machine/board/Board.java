package dev.retrovisor.machine.board;

import dev.retrovisor.machine.device.Aclint;
import dev.retrovisor.machine.device.Bus;
import dev.retrovisor.machine.device.EntropySource;
import dev.retrovisor.machine.device.GoldfishRtc;
import dev.retrovisor.machine.device.HartPins;
import dev.retrovisor.machine.device.IrqLine;
import dev.retrovisor.machine.device.MmioDevice;
import dev.retrovisor.machine.device.Plic;
import dev.retrovisor.machine.device.PowerSwitch;
import dev.retrovisor.machine.device.Syscon;
import dev.retrovisor.machine.device.Uart16550;
import dev.retrovisor.machine.disk.DiskOverlay;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.memory.GuestMemory;
import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.Stateful;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.machine.time.Clock;
import dev.retrovisor.machine.virtio.VirtioBlock;
import dev.retrovisor.machine.virtio.VirtioConsole;
import dev.retrovisor.machine.virtio.VirtioDevice;
import dev.retrovisor.machine.virtio.VirtioEntropy;
import dev.retrovisor.machine.virtio.VirtioMmio;
import dev.retrovisor.machine.virtio.VirtioNet;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Everything on the bus, wired up: the device list. A new device is one line in the constructor. */
public final class Board {
    /** Number of the virtio console among the consoles; the serial port is 0. */
    public static final int VIRTIO_CONSOLE = 1;

    private final Bus bus = new Bus();
    private final Plic plic;
    private final Aclint aclint;
    private final Uart16550 uart;
    private final GoldfishRtc rtc;
    private final Syscon syscon;
    private final EntropySource entropy = new EntropySource();
    private final VirtioEntropy virtioEntropy;
    private final VirtioConsole virtioConsole;
    private final List<VirtioNet> nics = new ArrayList<>();
    private final List<DiskOverlay> disks = new ArrayList<>();
    private final GuestMemory memory;
    private int virtioSlots;

    /**
     * Builds the board.
     *
     * @param backings one for each drive of the configuration
     * @param mtimeWritten called when software or a reset moves mtime
     */
    public Board(
            MachineConfig config,
            List<DiskBacking> backings,
            Clock clock,
            Alarms alarms,
            GuestMemory memory,
            HartPins pins,
            Runnable mtimeWritten,
            PowerSwitch power,
            DeviceEventSink events) {
        if (backings.size() != config.drives().size()) {
            throw new IllegalArgumentException("%d disks for %d drives"
                    .formatted(backings.size(), config.drives().size()));
        }
        this.memory = memory;
        plic = new Plic(config.harts(), pins);
        aclint = new Aclint(config.harts(), clock, alarms, pins, mtimeWritten);
        uart = new Uart16550(clock, plic.line(MemoryMap.UART_IRQ), events);
        rtc = new GoldfishRtc(clock, alarms, plic.line(MemoryMap.RTC_IRQ));
        syscon = new Syscon(clock, events, power);
        bus.attach(MemoryMap.PLIC, Plic.WINDOW_BYTES, plic);
        bus.attach(MemoryMap.ACLINT, Aclint.WINDOW_BYTES, aclint);
        bus.attach(MemoryMap.UART, Uart16550.WINDOW_BYTES, uart);
        bus.attach(MemoryMap.RTC, GoldfishRtc.WINDOW_BYTES, rtc);
        bus.attach(MemoryMap.SYSCON, Syscon.WINDOW_BYTES, syscon);
        for (int i = 0; i < config.drives().size(); i++) {
            attachDisk(i, config, backings.get(i), clock, alarms, events);
        }
        for (int i = 0; i < config.nics().size(); i++) {
            byte[] mac = macAddress(config.nics().get(i).mac());
            var nic = new VirtioNet(i, mac, clock, memory, nextVirtioLine(), events);
            attachVirtio(nic);
            nics.add(nic);
        }
        if (config.virtioConsole()) {
            virtioConsole = new VirtioConsole(VIRTIO_CONSOLE, clock, memory, nextVirtioLine(), events);
            attachVirtio(virtioConsole);
        } else {
            virtioConsole = null;
        }
        virtioEntropy = new VirtioEntropy(entropy, memory, nextVirtioLine());
        attachVirtio(virtioEntropy);
    }

    private void attachDisk(
            int index, MachineConfig config, DiskBacking backing, Clock clock, Alarms alarms, DeviceEventSink events) {
        MachineConfig.Drive drive = config.drives().get(index);
        var disk = new DiskOverlay(index, drive.sizeBytes(), backing.base(), backing.overlay());
        disks.add(disk);
        attachVirtio(new VirtioBlock(
                index,
                disk,
                drive.readOnly(),
                drive.serial(),
                config.diskLatencyNanos(),
                clock,
                alarms,
                memory,
                nextVirtioLine(),
                events));
    }

    private IrqLine nextVirtioLine() {
        return plic.line(MemoryMap.virtioIrq(virtioSlots));
    }

    private void attachVirtio(VirtioDevice device) {
        bus.attach(MemoryMap.virtio(virtioSlots++), MemoryMap.VIRTIO_WINDOW_BYTES, new VirtioMmio(device));
    }

    private static byte[] macAddress(String text) {
        return HexFormat.ofDelimiter(":").parseHex(text);
    }

    public Bus bus() {
        return bus;
    }

    public Aclint aclint() {
        return aclint;
    }

    public Uart16550 uart() {
        return uart;
    }

    public GoldfishRtc rtc() {
        return rtc;
    }

    public Syscon syscon() {
        return syscon;
    }

    /** The virtio console; null if the configuration has none. */
    public VirtioConsole virtioConsole() {
        return virtioConsole;
    }

    public VirtioNet nic(int index) {
        return nics.get(index);
    }

    /** Re-keys the generator behind the entropy device. */
    public void seedEntropy(byte[] seed) {
        entropy.seed(seed);
        virtioEntropy.seeded();
    }

    /** Power-on state for every device; what is on the disks stays. */
    public void reset() {
        bus.devices().forEach(MmioDevice::reset);
    }

    /** Every part with a state section, in the order of the sections. */
    public List<Stateful> parts() {
        var parts = new ArrayList<Stateful>(bus.devices());
        parts.add(entropy);
        parts.addAll(disks);
        return parts;
    }

    public List<? extends PageSpace> disks() {
        return disks;
    }
}
