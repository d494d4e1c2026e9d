package dev.retrovisor.testkit.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must never be in {@code machine}: whatever could differ between a recording and its replay. */
final class BannedInMachineTest {
    private static final String MACHINE = "dev.retrovisor.machine..";
    private static final Set<String> ITERATING =
            Set.of("entrySet", "keySet", "values", "iterator", "forEach", "stream", "toArray", "spliterator");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java\\.time\\..*",
                "java\\.util\\.(Date|Calendar|Timer|TimeZone|UUID)",
                "java\\.lang\\.(Thread|ThreadLocal|ThreadGroup|Process.*|Runtime|InheritableThreadLocal)",
                "java\\.util\\.concurrent\\..*",
                "java\\.util\\.(Random|SplittableRandom)",
                "java\\.util\\.random\\..*",
                "java\\.security\\..*",
                "java\\.io\\.(File.*|RandomAccessFile|Console)",
                "java\\.nio\\.(file|channels)\\..*",
                "java\\.net\\..*",
                "java\\.util\\.(IdentityHashMap|WeakHashMap)"
            })
    void theOutsideIsNotUsed(String banned) {
        noClasses()
                .that(resideInAPackage(MACHINE))
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are " + banned, (JavaClass c) -> c.getFullName().matches(banned)))
                .check(ModulesTest.CLASSES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java\\.lang\\.System\\.(nanoTime|currentTimeMillis|getenv|getProperty|getProperties|identityHashCode"
                        + "|console)",
                "java\\.lang\\.Math\\.random",
                "java\\.lang\\.StrictMath\\.random",
                "java\\.lang\\.(Boolean\\.getBoolean|Integer\\.getInteger|Long\\.getLong)",
                "java\\.lang\\.Object\\.hashCode",
                "java\\.util\\.Locale\\.getDefault",
                "java\\.nio\\.charset\\.Charset\\.defaultCharset",
                "java\\.util\\.Collection\\.parallelStream",
                "java\\.util\\.stream\\..*\\.parallel",
                "java\\.nio\\.ByteOrder\\.nativeOrder"
            })
    void theHostIsNotAsked(String banned) {
        noAccess(
                "call " + banned,
                access -> (access.getTargetOwner().getFullName() + "." + access.getName()).matches(banned));
    }

    /** The order of a hash table differs from one run to the next; tables with an order say so by their type. */
    @Test
    void unorderedCollectionsAreNotIteratedOver() {
        noAccess("iterate over an unordered collection", access -> {
            JavaClass owner = access.getTargetOwner();
            boolean ordered = owner.isAssignableTo(SequencedMap.class) || owner.isAssignableTo(SequencedSet.class);
            return !ordered
                    && (owner.isAssignableTo(Map.class) || owner.isAssignableTo(Set.class))
                    && ITERATING.contains(access.getName());
        });
    }

    @Test
    void noStaticFieldChanges() {
        fields().that()
                .areDeclaredInClassesThat(resideInAPackage(MACHINE))
                .and()
                .areStatic()
                .should()
                .beFinal()
                .check(ModulesTest.CLASSES);
    }

    private static void noAccess(String what, Predicate<JavaAccess<?>> banned) {
        noClasses()
                .that(resideInAPackage(MACHINE))
                .should()
                .accessTargetWhere(DescribedPredicate.describe(what, (JavaAccess<?> access) -> banned.test(access)))
                .check(ModulesTest.CLASSES);
    }

    /** A rule that finds nothing anywhere may look at nothing: the recorder, which may do all this, must break them. */
    @Test
    void theRulesFindWhatTheyLookFor() {
        long clocks = ModulesTest.CLASSES.stream()
                .filter(c -> c.getPackageName().startsWith("dev.retrovisor.recorder"))
                .flatMap(c -> c.getAccessesFromSelf().stream())
                .filter(access -> access.getTargetOwner().isEquivalentTo(System.class))
                .filter(access -> access.getName().equals("nanoTime"))
                .count();
        assertTrue(clocks > 0, "the recorder reads the host's clock");
    }
}
