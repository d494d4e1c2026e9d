package dev.retrovisor.traces;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a main class of the tests in a JVM of its own, with the flags of this one. */
final class ChildJvm {
    private ChildJvm() {}

    static Process start(Class<?> main, List<String> arguments) throws IOException {
        return new ProcessBuilder(command(main, arguments))
                .redirectErrorStream(true)
                .start();
    }

    /** The same under a limit on the size of any file that it writes, which acts as a full disk does. */
    static Process startWithFileLimit(long limitKibibytes, Class<?> main, List<String> arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", "ulimit -f " + limitKibibytes + "; exec \"$@\"", "bash"));
        command.addAll(command(main, arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static List<String> command(Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
                command.add(flag);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .replace("\n", File.pathSeparator));
        command.add(main.getName());
        command.addAll(arguments);
        return command;
    }
}
