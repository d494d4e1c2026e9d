package dev.retrovisor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in a project of its own, with JDKs and a Maven that only say what they were told. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {
    private static final String SYSTEM_PATH = "/usr/bin:/bin";

    @TempDir
    private Path folder;

    private Path project;
    private Path tools;

    private record Ended(int exitCode, String output) {}

    @BeforeEach
    void layOutAProject() throws IOException {
        project = Files.createDirectories(folder.resolve("a project"));
        Files.copy(Repository.root().resolve("retrovisor"), project.resolve("retrovisor"));
        Files.createDirectories(project.resolve(".mvn"));
        Files.writeString(project.resolve(".mvn/jvm-flags"), "-Xmx1m\n");
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        Files.createDirectories(project.resolve("machine/src/main/java"));
        Files.writeString(project.resolve("machine/src/main/java/A.java"), "class A {}");
        tools = Files.createDirectories(folder.resolve("tools"));
        // A java on the path that is no JDK hides the system's.
        script(tools.resolve("java"), "exit 1");
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        file.toFile().setExecutable(true);
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        script(home.resolve("bin/java"), "for each; do echo \"[$each]\"; done; exit 42");
        script(home.resolve("bin/javac"), "");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private void maven(String body) throws IOException {
        script(tools.resolve("mvn"), body);
    }

    private String mavenThatBuilds() {
        return """
                echo "$JAVA_HOME" >> builds
                mkdir -p cli/target/classes machine/target/classes
                printf '%s' "$PWD/machine/target/classes" > cli/target/retrovisor.classpath""";
    }

    private Ended launch(Map<String, String> environment, String... arguments) throws Exception {
        return launch(project.resolve("retrovisor"), environment, arguments);
    }

    private Ended launch(Path launcher, Map<String, String> environment, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("bash", launcher.toString()));
        command.addAll(Arrays.asList(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().remove("JAVA_HOME");
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("PATH", tools + ":" + SYSTEM_PATH);
        builder.environment().put("RETROVISOR_JVM_FOLDERS", "");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    @Test
    void withoutAJdkItSaysWhatToInstall() throws Exception {
        Ended ended = launch(Map.of());

        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode(), ended.output());
        assertThat(ended.output()).startsWith("retrovisor: needs a JDK 25 or later, found none: ");
        assertThat(ended.output().lines()).hasSize(1);
    }

    @Test
    void aJdkThatIsTooOldIsNamed() throws Exception {
        Path old = jdk("jdk-17", "17.0.15");

        Ended ended = launch(Map.of("JAVA_HOME", old.toString()));

        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode());
        assertThat(ended.output()).contains("found only " + old + " (Java 17)");
    }

    @Test
    void withoutMavenItSaysWhatToInstall() throws Exception {
        // A path of its own: the system's has a Maven on many machines.
        for (String tool : List.of("bash", "dirname", "readlink", "find", "head", "mkdir", "flock", "grep", "cat")) {
            Path system = Path.of("/usr/bin", tool);
            if (Files.exists(system)) {
                script(tools.resolve(tool), "exec " + system + " \"$@\"");
            }
        }
        Ended ended = launch(Map.of("JAVA_HOME", jdk("jdk", "25.0.3").toString(), "PATH", tools.toString()));

        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode(), ended.output());
        assertThat(ended.output()).contains("needs Maven to build itself, found no mvn: ");
    }

    @Test
    void anOldJdkOnJavaHomeGivesWayToAnotherInTheUsualFolders() throws Exception {
        maven(mavenThatBuilds());
        Path good = jdk("jdk-26", "26");

        Ended ended = launch(Map.of(
                "JAVA_HOME", jdk("jdk-8", "1.8.0_292").toString(), "RETROVISOR_JVM_FOLDERS", "/nowhere:" + good));

        assertEquals(42, ended.exitCode(), ended.output());
        assertEquals(good + "\n", Files.readString(project.resolve("builds")));
    }

    @Test
    void itBuildsOnceThenOnlyWhenASourceIsNewerAndPassesArgumentsAndExitCode() throws Exception {
        maven(mavenThatBuilds());
        Map<String, String> environment =
                Map.of("JAVA_HOME", jdk("jdk", "25").toString(), "RETROVISOR_JAVA_OPTS", "-Da=1 -Db=2");

        Ended first = launch(environment, "record", "two words");
        Ended second = launch(environment);
        Files.setLastModifiedTime(
                project.resolve("machine/src/main/java/A.java"),
                FileTime.from(Instant.now().plusSeconds(3600)));
        Ended third = launch(environment);

        assertEquals(42, first.exitCode(), first.output());
        assertThat(first.output())
                .contains("building (first run", "[-Da=1]\n[-Db=2]\n", "[record]\n[two words]\n")
                .contains("[@" + project.toRealPath() + "/.mvn/jvm-flags]");
        assertThat(second.output()).doesNotContain("building");
        assertThat(third.output()).contains("building (again");
    }

    /** A JDK whose java makes jars and a cache when it is asked to, and notes in the project that it was trained. */
    private Path jdkThatLearns(String name) throws IOException {
        Path home = jdk(name, "25.0.1");
        script(home.resolve("bin/java"), """
                for each; do
                    case $each in
                        *.LauncherJars) task=jars ;;
                        *.LauncherTraining) task=training ;;
                        -XX:AOTCacheOutput=*) cache=${each#*=} ;;
                    esac
                    last=$each
                done
                case $task in
                    jars) printf '%%s' "$last/all.jar" > "$last/classpath" ;;
                    training) echo "$0" >> "%s/trainings" && echo cache > "$cache" ;;
                    *) for each; do echo "[$each]"; done; exit 42 ;;
                esac""".formatted(project));
        return home;
    }

    private List<String> trainings() throws IOException {
        return Files.readAllLines(project.resolve("trainings"));
    }

    @Test
    void afterABuildItStartsFromJarsAndACacheThatAreMadeOnce() throws Exception {
        maven(mavenThatBuilds());
        Map<String, String> environment =
                Map.of("JAVA_HOME", jdkThatLearns("jdk").toString());

        Ended first = launch(environment, "version");
        Ended second = launch(environment, "version");

        String quick = project.toRealPath() + "/target/launcher/";
        assertEquals(42, first.exitCode(), first.output());
        assertThat(first.output())
                .contains("[-XX:AOTCache=" + quick + "retrovisor.aot]", "[-Xlog:aot*=off]")
                .contains("[-cp]\n[" + quick + "all.jar]\n[dev.retrovisor.cli.Main]\n[version]\n");
        assertThat(first.output()).endsWith(second.output());
        assertThat(trainings()).hasSize(1);
    }

    @Test
    void anotherJdkOtherFlagsAndOtherClassesMakeANewCache() throws Exception {
        maven(mavenThatBuilds());
        Path one = jdkThatLearns("one");
        Path other = jdkThatLearns("other");
        launch(Map.of("JAVA_HOME", one.toString()));

        launch(Map.of("JAVA_HOME", other.toString()));
        assertThat(trainings()).containsExactly(one + "/bin/java", other + "/bin/java");

        Files.writeString(other.resolve("release"), "JAVA_VERSION=\"25.0.2\"\n");
        launch(Map.of("JAVA_HOME", other.toString()));
        assertThat(trainings()).hasSize(3);

        Files.writeString(project.resolve(".mvn/jvm-flags"), "-Xmx2m\n");
        launch(Map.of("JAVA_HOME", other.toString()));
        assertThat(trainings()).hasSize(4);

        Files.setLastModifiedTime(
                project.resolve("cli/target/retrovisor.classpath"),
                FileTime.from(Instant.now().plusSeconds(3600)));
        Ended last = launch(Map.of("JAVA_HOME", other.toString()));
        assertThat(trainings()).hasSize(5);
        assertThat(last.output()).startsWith("retrovisor: preparing a quick start");
    }

    @Test
    void withoutJarsOrACacheItStartsAllTheSameAndDoesNotTryAgain() throws Exception {
        maven(mavenThatBuilds());
        Map<String, String> environment = Map.of("JAVA_HOME", jdk("jdk", "25").toString());

        Ended first = launch(environment);
        Ended second = launch(environment);

        assertThat(first.output())
                .contains("[-cp]\n[" + project.toRealPath() + "/cli/target/classes:")
                .doesNotContain("AOTCache");
        assertEquals(42, second.exitCode());
        assertThat(first.output()).endsWith(second.output());
        assertThat(project.resolve("target/launcher-build.log"))
                .content()
                .containsOnlyOnce("no jars, so a slower start");
    }

    /** The real JDK, flags, classes and training run. */
    @Test
    void theCacheIsUsedAndIfItIsDamagedNoWordIsSaid() throws Exception {
        Path classes = Path.of(CommandTree.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Files.copy(
                Repository.root().resolve(".mvn/jvm-flags"),
                project.resolve(".mvn/jvm-flags"),
                StandardCopyOption.REPLACE_EXISTING);
        maven(mavenThatBuilds() + "\nprintf '%s' ':" + classes + ":" + System.getProperty("java.class.path")
                + "' >> cli/target/retrovisor.classpath");
        Map<String, String> quiet = Map.of("JAVA_HOME", System.getProperty("java.home"));
        Map<String, String> talkative =
                Map.of("JAVA_HOME", System.getProperty("java.home"), "RETROVISOR_JAVA_OPTS", "-Xlog:class+load:stdout");
        Path cache = project.resolve("target/launcher/retrovisor.aot");

        launch(quiet, "--version");
        String log = Files.readString(project.resolve("target/launcher-build.log"));
        assertThat(cache).as(log).isNotEmptyFile();

        for (String type : List.of("dev.retrovisor.cli.CommandTree", "picocli.CommandLine")) {
            assertThat(launch(talkative, "--version").output())
                    .as("where it is loaded from")
                    .contains(type + " source: shared objects file");
        }

        byte[] whole = Files.readAllBytes(cache);
        for (byte[] damaged : List.of(Arrays.copyOf(whole, whole.length / 2), new byte[100], new byte[0])) {
            Files.write(cache, damaged);
            assertEquals(
                    "retrovisor " + Version.NUMBER + "\n",
                    launch(quiet, "--version").output());
        }
        Files.write(cache, whole);
        Files.setLastModifiedTime(
                project.resolve("target/launcher/retrovisor.jar"),
                FileTime.from(Instant.now().minusSeconds(3600)));
        assertEquals(
                "retrovisor " + Version.NUMBER + "\n",
                launch(quiet, "--version").output());
    }

    @Test
    void itWorksThroughALink() throws Exception {
        maven(mavenThatBuilds());
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a project/retrovisor"));

        Ended ended = launch(link, Map.of("JAVA_HOME", jdk("jdk", "25").toString()), "version");

        assertEquals(42, ended.exitCode(), ended.output());
        assertThat(ended.output()).contains("[dev.retrovisor.cli.Main]\n[version]");
    }

    @Test
    void aBuildThatFailsShowsItsLogAndRunsNothing() throws Exception {
        maven("echo 'ERROR: A.java does not compile'; exit 1");

        Ended ended = launch(Map.of("JAVA_HOME", jdk("jdk", "25").toString()));

        assertEquals(ExitCode.BUG, ended.exitCode());
        assertThat(ended.output())
                .contains("ERROR: A.java does not compile", "retrovisor: the build failed: the whole log is in ");
    }

    @Test
    void aBuildWithoutANetworkIsTheUsersToMend() throws Exception {
        maven("echo 'Could not transfer artifact x'; exit 1");

        Ended ended = launch(Map.of("JAVA_HOME", jdk("jdk", "25").toString()));

        assertEquals(ExitCode.USER_MISTAKE, ended.exitCode());
        assertThat(ended.output()).contains("look at the network and Maven's settings");
    }

    @Test
    void theJvmFlagsAreInOneFile() throws IOException {
        assertThat(Files.readString(Repository.root().resolve("pom.xml")))
                .contains("<jvm.flags>\"@${maven.multiModuleProjectDirectory}/.mvn/jvm-flags\"</jvm.flags>");
        assertThat(Files.readString(Repository.root().resolve("retrovisor"))).contains("\"@$root/.mvn/jvm-flags\"");
    }
}
