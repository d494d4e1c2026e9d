package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.introspect.event.EventStream;
import dev.retrovisor.introspect.event.EventStreams;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code inspect} and {@code events} say to those who don't know them, and of guests that are no Linux. */
class LookCommandsTest {
    @TempDir
    private Path folder;

    private Shell.Ended run(String... arguments) {
        return new Shell(folder).run(arguments);
    }

    private final InputStream input = System.in;

    /** Machines that run in this process would read what the build says to its test. */
    @BeforeEach
    void hasNoInput() {
        System.setIn(InputStream.nullInputStream());
    }

    @AfterEach
    void hasItsInputAgain() {
        System.setIn(input);
    }

    /** A folder with a kernel that is no Linux, the launcher's, as {@code Image}, and a trace of it. */
    private Path otherKernel() throws IOException {
        Path work = Files.createDirectories(folder.resolve("work"));
        var unseen = new PrintStream(OutputStream.nullOutputStream());
        assertEquals(ExitCode.GOOD, LauncherTraining.run(new Shell(folder).context(unseen, unseen), work));
        return work;
    }

    private String otherTrace() throws IOException {
        return otherKernel().resolve("training.trace").toString();
    }

    @Test
    void withoutANameAllAreListed() {
        Shell.Ended inspections = run("inspect");
        Shell.Ended streams = run("events");

        assertEquals(ExitCode.GOOD, inspections.exitCode());
        assertThat(inspections.out())
                .contains(Inspections.all().stream().map(Inspection::name).toList())
                .contains(Inspections.all().stream().map(Inspection::summary).toList());
        assertEquals(ExitCode.GOOD, streams.exitCode());
        assertThat(streams.out())
                .contains(EventStreams.all().stream().map(EventStream::name).toList())
                .contains(EventStreams.all().stream().map(EventStream::summary).toList());
        assertEquals(
                Inspections.all().size(),
                run("inspect", "--list", "--format", "json")
                        .json()
                        .getAsJsonArray("inspections")
                        .size());
    }

    @Test
    void aMisspeltNameGetsASuggestion() {
        assertThat(run("inspect", "x.trace", "pslits").error())
                .contains("there is no inspection 'pslits': did you mean pslist?");
        assertThat(run("events", "x.trace", "proces").error())
                .contains("there is no event stream 'proces': did you mean process?");
    }

    @Test
    void aNameInTheTracesPlaceIsRecognised() {
        assertThat(run("inspect", "pslist").error()).endsWith("write retrovisor inspect TRACE pslist");
        assertThat(run("events", "process").error()).endsWith("write retrovisor events TRACE process");
    }

    @Test
    void aFiltersMistakeIsShownUnderTheFilter() {
        Shell.Ended ended = run("events", "x.trace", "process", "--filter", "evt.type = exec and proc.nam = sh");

        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode());
        assertThat(ended.err().lines())
                .containsExactly(
                        "retrovisor events: filter, character 21: there is no field 'proc.nam': did you mean proc.name?",
                        "  evt.type = exec and proc.nam = sh",
                        "                      ^");
    }

    @Test
    void csvHasOneKindOfRows() {
        assertThat(run("inspect", "x.trace", "pslist", "maps", "--format", "csv")
                        .error())
                .endsWith("ask one inspection at a time");
    }

    @Test
    void anotherSystemThanLinuxIsNamedAsWhatItIs() throws IOException {
        String trace = otherTrace();

        Shell.Ended inspected = run("inspect", trace, "pslist", "-q");
        Shell.Ended told = run("events", trace, "process", "-q");

        assertEquals(ExitCode.BAD_FILE, inspected.exitCode());
        assertThat(inspected.error()).contains("no Linux kernel is in the 64 MiB of memory");
        assertEquals(ExitCode.BAD_FILE, told.exitCode());
        assertThat(told.err()).contains("no Linux kernel");
    }

    @Test
    void positionsOutOfOrderAreAMistakeBeforeAnythingIsReplayed() throws IOException {
        String trace = otherTrace();

        assertThat(run("inspect", trace, "pslist", "--at", "end", "--at", "5", "-q")
                        .error())
                .endsWith("a replay goes forwards: give positions in their order");
        assertThat(run("events", trace, "process", "--from", "80%", "--to", "10%", "-q")
                        .error())
                .endsWith("a replay goes forwards: give positions in their order");
    }

    @Test
    void eventsOfALiveMachineNeedAStreamAndAFolder() throws IOException {
        String kernel = otherKernel().resolve("Image").toString();

        assertThat(run("run", "--kernel", kernel, "--events", "proces").error())
                .contains("no event stream 'proces': did you mean process?");
        assertThat(run("run", "--kernel", kernel, "--events-filter", "evt.failed")
                        .error())
                .contains("name some with --events");
        assertThat(run("run", "--kernel", kernel, "--events", "process", "--events-to", folder + "/no/where")
                        .error())
                .contains("its folder is not there");
    }

    @Test
    void aLiveMachineWithoutLinuxRunsToItsEndAndSaysSo() throws IOException {
        String kernel = otherKernel().resolve("Image").toString();
        Path events = folder.resolve("events.jsonl");

        Shell.Ended ended = run(
                "run",
                "--kernel",
                kernel,
                "-m",
                "64M",
                "-q",
                "--serial",
                "null",
                "--events",
                "process",
                "--events-to",
                events.toString());

        assertEquals(ExitCode.BAD_FILE, ended.exitCode());
        assertThat(ended.error()).contains("no Linux was found in the guest");
        assertThat(events).isEmptyFile();
    }

    @Test
    void whatIsAskedOfALiveMachineIsCheckedBeforeItRuns() throws IOException {
        String kernel = otherKernel().resolve("Image").toString();

        assertThat(run("run", "--kernel", kernel, "--inspect", "pslits").error())
                .contains("no inspection 'pslits': did you mean pslist?");
        assertThat(run("run", "--kernel", kernel, "--inspect-at", "end").error())
                .contains("name inspections with --inspect");
        assertThat(run("run", "--kernel", kernel, "--inspect", "address").error())
                .endsWith("Give one with --inspect-address");
        assertThat(run("run", "--kernel", kernel, "--inspect", "pslist", "--inspect-at", "50%")
                        .error())
                .contains("--inspect-at 50%: a run that goes on has no length");
        assertThat(run("run", "--kernel", kernel, "--inspect", "pslist", "--inspect-at", "event:3")
                        .error())
                .contains("no log yet");
        assertThat(run("run", "--kernel", kernel, "--inspect", "pslist", "--inspect-at", "soon")
                        .error())
                .contains("'soon' is not understood");
        assertThat(run("run", "--kernel", kernel, "--inspect", "pslist,maps", "--inspect-to", folder + "/x.csv")
                        .error())
                .endsWith("ask one inspection at a time");
    }

    @Test
    void aPositionThatTheRunDoesNotReachIsToldAndTheRecordingIsWhole() throws IOException {
        String kernel = otherKernel().resolve("Image").toString();
        String trace = folder.resolve("looked-at.trace").toString();

        Shell.Ended ended = run(
                "record",
                "--kernel",
                kernel,
                "-o",
                trace,
                "-m",
                "64M",
                "-q",
                "--serial",
                "null",
                "--inspect",
                "pslist",
                "--inspect-at",
                "900G");

        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode());
        assertThat(ended.error()).contains("--inspect-at 900G: the run ended before, at step ");
        assertEquals(ExitCode.GOOD, run("replay", trace, "-q").exitCode());
    }

    @Test
    void aLiveMachineWithoutLinuxIsAskedInVainAndRunsToItsEnd() throws IOException {
        String kernel = otherKernel().resolve("Image").toString();

        Shell.Ended ended =
                run("run", "--kernel", kernel, "-m", "64M", "-q", "--serial", "null", "--inspect", "pslist");

        assertEquals(ExitCode.BAD_FILE, ended.exitCode());
        assertThat(ended.error()).contains("no Linux kernel is in the 64 MiB of memory");
    }
}
