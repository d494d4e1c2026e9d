package dev.retrovisor.recorder;

import dev.retrovisor.machine.board.Board;
import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.recorder.net.UserNetworkConfig;
import dev.retrovisor.traces.BootFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A machine and what it is connected to on the host, all options resolved.
 *
 * @param guest name for people: {@code debian}, or the kernel's file name
 * @param config the machine; a drive is as large as {@code RawImageFile.diskBytes} says, or larger
 * @param images what is in memory at power-on
 * @param disks the raw image under each drive, in order; never written
 * @param networks what each network card is connected to, in order
 * @param console the guest's console to which the host's console is connected: 0 is the serial port
 * @param start from where the run goes on; empty: from power-on
 */
public record VmSetup(
        String guest,
        MachineConfig config,
        BootFiles images,
        List<Path> disks,
        List<UserNetworkConfig> networks,
        int console,
        Optional<LiveStart> start) {

    /** The same from power-on. */
    public VmSetup(
            String guest,
            MachineConfig config,
            BootFiles images,
            List<Path> disks,
            List<UserNetworkConfig> networks,
            int console) {
        this(guest, config, images, disks, networks, console, Optional.empty());
    }

    public VmSetup {
        disks = List.copyOf(disks);
        networks = List.copyOf(networks);
        if (disks.size() != config.drives().size()) {
            throw new IllegalArgumentException("%d disk images for %d drives"
                    .formatted(disks.size(), config.drives().size()));
        }
        if (networks.size() != config.nics().size()) {
            throw new IllegalArgumentException("%d networks for %d network cards"
                    .formatted(networks.size(), config.nics().size()));
        }
        if (console != 0 && (console != Board.VIRTIO_CONSOLE || !config.virtioConsole())) {
            throw new IllegalArgumentException("console %d: the machine has none of that number".formatted(console));
        }
    }
}
