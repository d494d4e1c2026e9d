package dev.retrovisor.machine.board;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.retrovisor.machine.fdt.FdtReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeviceTreeTest {
    private static final List<String> EXTENSIONS = List.of("i", "m", "a", "f", "d", "c", "zicsr", "zicbom", "sstc");

    private static MachineConfig config(int harts, boolean dirtyBits, int drives, boolean console) {
        var seed = new byte[32];
        for (int i = 0; i < seed.length; i++) {
            seed[i] = (byte) i;
        }
        return new MachineConfig(
                6L << 30,
                harts,
                10_000,
                PagingMode.SV57,
                dirtyBits,
                "console=ttyS0",
                Collections.nCopies(drives, new MachineConfig.Drive(512, false, "d")),
                List.of(new MachineConfig.Nic("52:54:00:12:34:56")),
                console,
                100_000,
                seed);
    }

    private static FdtReader.Node tree(MachineConfig config) {
        return FdtReader.read(DeviceTree.build(config, EXTENSIONS, 0x1_8400_0000L, 0x1_8400_1234L));
    }

    @Test
    void theKernelFindsItsArgumentsConsoleRamDiskAndSeed() {
        var config = config(1, true, 1, false);
        var chosen = tree(config).at("/chosen");
        assertEquals(List.of("console=ttyS0"), chosen.strings("bootargs"), "command line");
        assertEquals(List.of("/soc/serial@10000000"), chosen.strings("stdout-path"), "console");
        assertArrayEquals(new long[] {0x1_8400_0000L}, chosen.longs("linux,initrd-start"), "start");
        assertArrayEquals(new long[] {0x1_8400_1234L}, chosen.longs("linux,initrd-end"), "end");
        assertArrayEquals(config.bootSeed(), chosen.bytes("rng-seed"), "seed");
        var memory = tree(config).at("/memory@80000000");
        assertArrayEquals(new long[] {0x8000_0000L, 6L << 30}, memory.longs("reg"), "RAM");
    }

    @Test
    void withoutARamDiskNothingIsSaidOfOne() {
        var chosen = FdtReader.read(DeviceTree.build(config(1, true, 0, false), EXTENSIONS, 0, 0))
                .at("/chosen");
        assertFalse(chosen.properties().containsKey("linux,initrd-start"), "no start");
        assertFalse(chosen.properties().containsKey("linux,initrd-end"), "no end");
    }

    @Test
    void eachHartSaysWhatItCanDo() {
        var cpus = tree(config(3, false, 0, false)).at("/cpus");
        assertArrayEquals(new int[] {10_000_000}, cpus.cells("timebase-frequency"), "10 MHz");
        for (int hart = 0; hart < 3; hart++) {
            var cpu = cpus.at("/cpu@" + hart);
            assertEquals(List.of("rv64imafdc_zicsr_zicbom_sstc_svade"), cpu.strings("riscv,isa"), "one string");
            var listed = new ArrayList<>(EXTENSIONS);
            listed.add("svade");
            assertEquals(listed, cpu.strings("riscv,isa-extensions"), "one by one");
            assertEquals(List.of("rv64i"), cpu.strings("riscv,isa-base"), "base");
            assertEquals(List.of("riscv,sv57"), cpu.strings("mmu-type"), "paging");
            assertArrayEquals(new int[] {64}, cpu.cells("riscv,cbom-block-size"), "cache block");
        }
        var updating = tree(config(1, true, 0, false)).at("/cpus/cpu@0").strings("riscv,isa-extensions");
        assertEquals("svadu", updating.getLast(), "the configuration chooses between the two");
        assertThrows(
                IllegalArgumentException.class,
                () -> DeviceTree.build(config(1, true, 0, false), List.of("i", "svade"), 0, 0),
                "and nobody else does");
    }

    @Test
    void interruptWiresEndAtTheHartsPins() {
        var root = tree(config(2, true, 0, false));
        int first = root.at("/cpus/cpu@0/interrupt-controller").cells("phandle")[0];
        int second = root.at("/cpus/cpu@1/interrupt-controller").cells("phandle")[0];
        var plic = root.at("/soc/interrupt-controller@c000000");
        assertArrayEquals(
                new int[] {first, 11, first, 9, second, 11, second, 9},
                plic.cells("interrupts-extended"),
                "contexts: machine and supervisor mode of each hart");
        assertArrayEquals(new int[] {95}, plic.cells("riscv,ndev"), "sources");
        assertArrayEquals(
                new int[] {first, 3, first, 7, second, 3, second, 7},
                root.at("/soc/clint@2000000").cells("interrupts-extended"),
                "software and timer interrupt of each hart");
        assertArrayEquals(plic.cells("phandle"), root.at("/soc").cells("interrupt-parent"), "devices' parent");
        assertArrayEquals(new int[] {10}, root.at("/soc/serial@10000000").cells("interrupts"), "serial");
        assertArrayEquals(new int[] {11}, root.at("/soc/rtc@101000").cells("interrupts"), "clock");
    }

    @Test
    void powerGoesThroughSyscon() {
        var root = tree(config(1, true, 0, false));
        int[] syscon = root.at("/soc/test@100000").cells("phandle");
        assertArrayEquals(syscon, root.at("/poweroff").cells("regmap"), "off");
        assertArrayEquals(new int[] {0x5555}, root.at("/poweroff").cells("value"), "off");
        assertArrayEquals(syscon, root.at("/reboot").cells("regmap"), "reboot");
        assertArrayEquals(new int[] {0x7777}, root.at("/reboot").cells("value"), "reboot");
    }

    @Test
    void everyVirtioDeviceHasItsSlot() {
        var config = config(1, true, 5, true);
        assertEquals(8, DeviceTree.virtioDevices(config), "5 disks, card, console, entropy");
        var soc = tree(config).at("/soc");
        for (int slot = 0; slot < 8; slot++) {
            long start = 0x1000_1000L + 0x1000L * slot;
            var node = soc.at("/virtio@" + Long.toHexString(start));
            assertArrayEquals(new long[] {start, 0x1000}, node.longs("reg"), "registers");
            assertArrayEquals(new int[] {1 + slot}, node.cells("interrupts"), "interrupt");
        }
        var mistake = assertThrows(IllegalArgumentException.class, () -> tree(config(1, true, 6, true)), "a ninth");
        assertTrue(mistake.getMessage().contains("room for 8"), mistake.getMessage());
    }

    @Test
    void theSameArgumentsGiveTheSameBytes() {
        assertArrayEquals(
                DeviceTree.build(config(8, true, 2, true), EXTENSIONS, 0, 0),
                DeviceTree.build(config(8, true, 2, true), EXTENSIONS, 0, 0),
                "nothing else counts");
    }
}
