package dev.retrovisor.testkit.replay;

import dev.retrovisor.machine.board.MachineConfig;
import dev.retrovisor.machine.board.MemoryMap;
import dev.retrovisor.machine.board.PagingMode;
import dev.retrovisor.machine.isa.Assembler;
import dev.retrovisor.recorder.VmSetup;
import dev.retrovisor.traces.BootFiles;
import dev.retrovisor.traces.disk.ImageContent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A small program in machine mode: it echoes what is typed, works a little for each byte, sleeps in between until the
 * serial port or a timer wakes it, restarts on {@code r} and switches the machine off on {@code q}.
 */
final class EchoGuest {
    private static final String PROGRAM = """
                    csrr t0, mhartid
                    bnez t0, park
                    li s0, UART
                    li s1, CLINT
                    li s2, SYSCON
                    li s3, PLIC
                    li t0, 1
                    sw t0, 40(s3)           # priority of interrupt 10, the serial port's
                    li t1, PLIC + 0x2000
                    li t0, 0x400
                    sw t0, 0(t1)            # enabled for machine mode of hart 0
                    li s4, PLIC + 0x200000
                    sw zero, 0(s4)          # threshold
                    li t0, 1
                    sb t0, 1(s0)            # received data available
                    li t0, 0x880
                    csrw mie, t0            # timer and external; never taken, only waited for
                    li s6, MTIME
                    li s7, MTIMECMP
                    li s8, RAM + 0x100000   # where what was typed is kept
                    li t0, '>'
                    sb t0, 0(s0)
            next:
                    ld t0, 0(s6)
                    addi t0, t0, 700        # 70 us
                    sd t0, 0(s7)
                    wfi
                    lw t5, 4(s4)            # claim
            poll:
                    lbu t0, 5(s0)
                    andi t0, t0, 1
                    beqz t0, none
                    lbu a0, 0(s0)
                    sb a0, 0(s8)
                    addi s8, s8, 1
                    sb a0, 0(s0)
                    slli t1, a0, 3
            work:
                    addi t1, t1, -1
                    bnez t1, work
                    li t0, 'q'
                    beq a0, t0, off
                    li t0, 'r'
                    beq a0, t0, restart
                    j poll
            none:
                    sw t5, 4(s4)            # complete
                    j next
            off:
                    li t0, 0x5555
                    sw t0, 0(s2)
            restart:
                    li t0, 0x7777
                    sw t0, 0(s2)
            park:
                    wfi
                    j park
            """;

    private static final Map<String, Long> CONSTANTS = Map.of(
            "UART", MemoryMap.UART,
            "SYSCON", MemoryMap.SYSCON,
            "CLINT", MemoryMap.ACLINT,
            "MTIMECMP", MemoryMap.ACLINT + 0x4000,
            "MTIME", MemoryMap.ACLINT + 0xBFF8,
            "PLIC", MemoryMap.PLIC,
            "RAM", MemoryMap.RAM);

    private EchoGuest() {}

    static VmSetup setup(int harts) {
        return setup(harts, List.of(), List.of());
    }

    static VmSetup setup(int harts, List<MachineConfig.Drive> drives, List<Path> disks) {
        var config = new MachineConfig(
                MachineConfig.MIN_MEMORY_BYTES,
                harts,
                1000,
                PagingMode.SV39,
                true,
                "",
                drives,
                List.of(),
                false,
                1_000_000,
                new byte[32]);
        byte[] program = Assembler.assemble(PROGRAM, MemoryMap.RAM, CONSTANTS).bytes();
        var images = new BootFiles(ImageContent.of(program), ImageContent.none(), ImageContent.none());
        return new VmSetup("echo", config, images, disks, List.of(), 0);
    }
}
