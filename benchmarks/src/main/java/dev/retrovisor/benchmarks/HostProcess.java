package dev.retrovisor.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process of this host, Linux, has used so far: all of its threads. Its CPU clock counts nanoseconds, where
 * /proc/PID/stat, which is what {@link ProcessHandle} reads, counts hundredths of a second.
 */
final class HostProcess {
    private static final MethodHandle CLOCK_GETTIME = clockGettime();
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final long pid;

    /** @param pid of a process that has just been started */
    HostProcess(long pid) {
        this.pid = pid;
        // The first calls load and link classes for tens of milliseconds, in which the process runs on.
        cpuNanos();
        residentKiB();
    }

    static HostProcess current() {
        return new HostProcess(ProcessHandle.current().pid());
    }

    @SuppressWarnings("restricted") // The flags of the JVM grant it.
    private static MethodHandle clockGettime() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("clock_gettime"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    }

    /** CPU time, user and system, of a process that still runs. */
    long cpuNanos() {
        // clock_getcpuclockid(3) in Linux: the complement of the process's number, and 2 for the scheduler's clock.
        int clock = (int) (~pid << 3 | 2);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timespec = arena.allocate(ValueLayout.JAVA_LONG, 2);
            int failed = (int) CLOCK_GETTIME.invokeExact(clock, timespec);
            if (failed != 0) {
                throw new IllegalStateException("process %d has no CPU clock: has it ended?".formatted(pid));
            }
            return timespec.getAtIndex(ValueLayout.JAVA_LONG, 0) * NANOS_PER_SECOND
                    + timespec.getAtIndex(ValueLayout.JAVA_LONG, 1);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("clock_gettime cannot be called", e);
        }
    }

    /** What the host says of its processor, proc(5). */
    static String processorName() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.replaceFirst(".*:\\s*", ""))
                    .findFirst()
                    .orElse("unknown processor");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Resident memory in KiB, what is shared included: VmRSS of proc(5). */
    long residentKiB() {
        Path status = Path.of("/proc/" + pid + "/status");
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(status + " has no VmRSS: has the process ended?"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
