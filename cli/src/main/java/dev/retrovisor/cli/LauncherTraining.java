package dev.retrovisor.cli;

import dev.retrovisor.guests.Guests;
import dev.retrovisor.guests.Host;
import dev.retrovisor.machine.board.MemoryMap;
import dev.retrovisor.machine.isa.Assembler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * Does once what users do, so that the JVM notes in its AOT cache what that loads; for the launcher alone, after a build.
 *
 * <p>The guest is a kernel of our own: no other is there when Retrovisor has just been built.
 */
final class LauncherTraining {
    private static final int KERNEL_OFFSET = 2 << 20;
    private static final int IMAGE_SIZE_OFFSET = 16;
    private static final int MAGIC_OFFSET = 56;
    private static final int MAGIC = 0x05435352;

    /** An Image: a jump over its header; then it speaks by the SBI and the serial port, waits for a timer and powers off. */
    private static final String KERNEL = """
            j start
            .zero 60
            start:
                li sp, 200000
            again:
                mul t0, sp, sp
                sd t0, 0(a1)
                addi sp, sp, -1
                bnez sp, again
                li t1, 0x2000
                csrs sstatus, t1
                fcvt.d.l fa0, t0
                fadd.d fa0, fa0, fa0
                li a0, 0x2E
                li a1, 0
                li a6, 2
                li a7, 0x4442434E
                ecall
                li t0, UART
                li t1, 0x0A
                sb t1, 0(t0)
                rdtime a0
                li t0, 10000
                add a0, a0, t0
                li a6, 0
                li a7, 0x54494D45
                ecall
                li t0, 0x20
                csrs sie, t0
                wfi
                li t0, SYSCON
                li t1, POWER_OFF
                sw t1, 0(t0)
            done:
                j done
            """;

    private LauncherTraining() {}

    /** The argument is an empty folder to work in. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        var guests = new Guests(folder.resolve("guests"), Host.ofThisMachine());
        System.exit(run(new Context(Screen.ofProcess(), guests, Clock::systemDefaultZone), folder));
    }

    /** The first exit code that is not good. */
    static int run(Context context, Path folder) throws IOException {
        var commands = new CommandTree(context);
        String kernel = Files.write(folder.resolve("Image"), kernel()).toString();
        String trace = folder.resolve("training.trace").toString();
        for (List<String> command : List.of(
                List.of("--version"),
                List.of("version"),
                List.of("record", "--kernel", kernel, "-m", "64M", "--max-steps", "10M", "-o", trace),
                List.of("replay", trace),
                List.of("verify", trace),
                List.of("traceinfo", trace),
                List.of("traceinfo", trace, "--format", "json"),
                List.of("run", "--kernel", kernel, "--max-steps", "1000"),
                List.of("inspect"),
                List.of("events"),
                List.of("demo", "--help"),
                List.of("guest", "list"))) {
            int exitCode = commands.run(command.toArray(String[]::new));
            if (exitCode != ExitCode.GOOD) {
                return exitCode;
            }
        }
        // No Linux is in that kernel: it takes looking for one to say so.
        int exitCode = commands.run("inspect", trace, "pslist");
        return exitCode == ExitCode.BAD_FILE ? ExitCode.GOOD : exitCode;
    }

    private static byte[] kernel() {
        byte[] image = Assembler.assemble(
                        KERNEL,
                        MemoryMap.RAM + KERNEL_OFFSET,
                        Map.of("UART", MemoryMap.UART, "SYSCON", MemoryMap.SYSCON, "POWER_OFF", 0x5555L))
                .bytes();
        return ByteBuffer.wrap(image)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(IMAGE_SIZE_OFFSET, image.length)
                .putInt(MAGIC_OFFSET, MAGIC)
                .array();
    }
}
