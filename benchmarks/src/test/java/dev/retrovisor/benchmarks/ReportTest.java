package dev.retrovisor.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Samples become the rows that are judged. */
final class ReportTest {
    private final Results results = new Results();

    private void add(Contender contender, String name, String group, String checksum, double cpuSeconds) {
        results.add(contender, List.of(new Sample(name, group, checksum, 0, (long) (cpuSeconds * 1e9), 1000, 2048)));
    }

    private Report report() throws Options.UsageException {
        return Report.of(Options.parse(new String[0]), results, List.of(), List.of(), List.of());
    }

    @Test
    void aGroupIsTheGeometricMeanOfItsWorkloads() throws Options.UsageException {
        add(Contender.RETROVISOR, "sieve", "integer", "1", 1);
        add(Contender.QEMU, "sieve", "integer", "1", 4);
        add(Contender.RETROVISOR, "crc", "integer", "2", 2);
        add(Contender.QEMU, "crc", "integer", "2", 2);

        Report.GroupRow row = report().groups().getFirst();

        assertEquals(2, row.speed(), 1e-9, "the mean of 4 and 1");
        assertEquals(1, row.least(), 1e-9);
        assertNull(row.speedToRecording(), "nobody recorded");
    }

    @Test
    void theBootIsJudgedWithoutTheStartOfTheJvm() throws Options.UsageException {
        add(Contender.RETROVISOR, "boot", "boot", "init", 2.4);
        add(Contender.QEMU, "boot", "boot", "init", 4);

        Report report = report();

        assertEquals(2, report.groups().getFirst().speed(), 1e-9);
        assertEquals(2.4, report.workloads().getFirst().oursSeconds(), 1e-9, "the raw figure is shown too");
        assertEquals(1, report.limits().getFirst().measured(), 1e-9, "memory is read at the boot's end");
    }

    @Test
    void machinesThatDisagreeAreAFault() throws Options.UsageException {
        add(Contender.RETROVISOR, "nbody", "float", "c0", 1);
        add(Contender.QEMU, "nbody", "float", "c1", 1);

        String fault = report().faults().getFirst();

        assertTrue(fault.contains("nbody") && fault.contains("c0") && fault.contains("c1"), fault);
    }
}
