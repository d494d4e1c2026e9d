package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestCommandTest {
    @TempDir
    private Path folder;

    private Shell.Ended run(String... arguments) {
        return new Shell(folder).run(arguments);
    }

    @Test
    void anEmptyCacheListsWhatCanBePulled() {
        assertThat(run("guest", "list").out()).contains("debian", "not here", "retrovisor guest pull debian");
    }

    @Test
    void theListAsJsonHasItsSchema() {
        var json = run("guest", "ls", "--format", "json").json();

        assertEquals("retrovisor.guests", json.get("schema").getAsString());
        assertEquals(1, json.get("schemaVersion").getAsInt());
        assertThat(json.get("guests").getAsJsonArray()).isEmpty();
        assertEquals("debian", json.get("available").getAsJsonArray().get(0).getAsString());
    }

    @Test
    void aGuestThatIsNotThereSaysHowToGetIt() {
        Shell.Ended ended = run("guest", "path", "debian");

        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode());
        assertThat(ended.error()).contains("fetch it with 'retrovisor guest pull debian'");
    }

    @Test
    void aGuestThatNobodyKnowsIsAMistake() {
        assertThat(run("guest", "pull", "plan9").error()).contains("no guest is called 'plan9'");
        assertThat(run("guest", "rm", "plan9").error()).contains("no guest 'plan9'");
    }

    @Test
    void aKeyringThatIsNotThereIsAMistake() {
        assertThat(run("guest", "pull", "debian", "--keyring", "/nowhere/keys").error())
                .isEqualTo("retrovisor guest pull: --keyring /nowhere/keys: no such file");
    }
}
