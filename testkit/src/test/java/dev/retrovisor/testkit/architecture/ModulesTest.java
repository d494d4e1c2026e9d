package dev.retrovisor.testkit.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The arrows between the modules, as the table of modules in the design has them. */
final class ModulesTest {
    static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.retrovisor");

    private static final String ROOT = "dev.retrovisor.";

    @ParameterizedTest
    @ValueSource(strings = {"machine", "traces", "recorder", "replayer", "guests", "cli"})
    void theModuleIsLookedAt(String module) {
        assertTrue(
                CLASSES.stream().anyMatch(c -> c.getPackageName().startsWith(ROOT + module)),
                "no class of " + module + " is on the test's path: its rules would hold of nothing");
    }

    @Test
    void machineUsesTheJdkOnly() {
        classes()
                .that(resideInAPackage(ROOT + "machine.."))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(ROOT + "machine..", "java..", "jdk.internal.misc.."))
                .check(CLASSES);
    }

    /** Our modules that each may use, itself left out; {@code introspect} must not know what a trace is. */
    @ParameterizedTest
    @CsvSource({
        "traces, machine",
        "recorder, machine traces",
        "replayer, machine traces",
        "introspect, machine",
        "guests, ''",
        "cli, machine traces recorder replayer introspect guests"
    })
    void modulesUseWhatTheyMay(String module, String allowed) {
        String[] packages = (module + " " + allowed).strip().split(" ");
        for (int i = 0; i < packages.length; i++) {
            packages[i] = ROOT + packages[i] + "..";
        }
        noClasses()
                .that(resideInAPackage(ROOT + module + ".."))
                .should()
                .dependOnClassesThat(resideInAPackage("dev.retrovisor..").and(resideOutsideOfPackages(packages)))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    /** Traces know what comes in and goes out, states and configurations; not how a machine runs. */
    @Test
    void tracesSeeTheBorderOfTheMachineOnly() {
        noClasses()
                .that(resideInAPackage(ROOT + "traces.."))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "machine..")
                        .and(resideOutsideOfPackages(
                                ROOT + "machine.event..",
                                ROOT + "machine.state..",
                                ROOT + "machine.board..",
                                ROOT + "machine.disk..")))
                .check(CLASSES);
    }

    @Test
    void onlyTracesKnowTheirStorage() {
        noClasses()
                .that(resideOutsideOfPackages(ROOT + "traces.."))
                .and(resideInAPackage("dev.retrovisor.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("net.openhft..", "net.jpountz..", "at.yawk.."))
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineKnowsItsToolkit() {
        noClasses()
                .that(resideOutsideOfPackages(ROOT + "cli.."))
                .and(resideInAPackage("dev.retrovisor.."))
                .should()
                .dependOnClassesThat(resideInAPackage("picocli.."))
                .check(CLASSES);
    }

    /** The recorder has the terminal of a live run, the command line that of its prompt. */
    @Test
    void onlyRecorderAndCommandLineKnowTheTerminal() {
        noClasses()
                .that(resideOutsideOfPackages(ROOT + "cli..", ROOT + "recorder"))
                .and(resideInAPackage("dev.retrovisor.."))
                .should()
                .dependOnClassesThat(resideInAPackage("org.jline.."))
                .check(CLASSES);
    }

    @Test
    void replayNeedsNoNetwork() {
        noClasses()
                .that(resideInAnyPackage(ROOT + "replayer..", ROOT + "traces..", ROOT + "introspect.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.net..", "java.net.http.."))
                .check(CLASSES);
    }
}
