package dev.retrovisor.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/**
 * Makes a class path that the JVM's AOT cache can hold; for the launcher alone, after a build.
 *
 * <p>The cache takes classes from jars, not from folders, so that folders become one jar. And it takes none from before
 * Java 6, whose code says nothing about the types on its stack: picocli's are written anew, as the compiler would for
 * Java 8. That also spares their costly verification at every start.
 */
final class LauncherJars {
    private static final String OUR_JAR = "retrovisor.jar";
    private static final String CLASS_SUFFIX = ".class";

    /** {@code CAFEBABE}, minor and major version. */
    private static final int VERSION_HEADER_BYTES = 8;

    private final Path target;

    private LauncherJars(Path target) {
        this.target = target;
    }

    /** Reads the class path in the first argument; writes jars, and the new class path as {@code classpath}, to the second, a folder. */
    public static void main(String[] arguments) throws IOException {
        new LauncherJars(Path.of(arguments[1])).make(List.of(arguments[0].split(File.pathSeparator)));
    }

    private void make(List<String> classPath) throws IOException {
        var folders = new ArrayList<Path>();
        var made = new ArrayList<String>();
        made.add(target.resolve(OUR_JAR).toString());
        for (String entry : classPath) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                folders.add(path);
            } else if (Files.exists(path)) {
                made.add((isOld(path) ? modernised(path) : path).toString());
            }
        }
        try (var jar = new NewJar(OUR_JAR)) {
            for (Path folder : folders) {
                jar.addAll(folder);
            }
        }
        Path temporary = target.resolve("classpath.new");
        Files.writeString(temporary, String.join(File.pathSeparator, made));
        Files.move(temporary, target.resolve("classpath"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whether a jar's classes are from before Java 6; its first class stands for all. */
    private static boolean isOld(Path path) throws IOException {
        try (var jar = new JarFile(path.toFile())) {
            var entries = jar.entries();
            while (entries.hasMoreElements()) {
                JarEntry entry = entries.nextElement();
                if (isClass(entry.getName())) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        byte[] header = in.readNBytes(VERSION_HEADER_BYTES);
                        return header[VERSION_HEADER_BYTES - 1] < ClassFile.JAVA_6_VERSION;
                    }
                }
            }
            return false;
        }
    }

    /** Classes that are not in a folder of their own for some version of Java. */
    private static boolean isClass(String name) {
        return name.endsWith(CLASS_SUFFIX) && !name.startsWith("META-INF/");
    }

    private Path modernised(Path path) throws IOException {
        try (var old = new JarFile(path.toFile());
                var jar = new NewJar(path.getFileName().toString())) {
            ClassFile modern = ClassFile.of(
                    ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(
                            ClassHierarchyResolver.ofResourceParsing((ClassDesc type) -> open(old, type))
                                    .orElse(ClassHierarchyResolver.defaultResolver())));
            for (JarEntry entry : (Iterable<JarEntry>) old.stream()::iterator) {
                try (InputStream in = old.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    jar.add(entry.getName(), isClass(entry.getName()) ? modernised(modern, bytes) : bytes);
                }
            }
            return jar.path();
        }
    }

    private static byte[] modernised(ClassFile modern, byte[] bytes) {
        ClassTransform newVersion = (builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
            } else {
                builder.with(element);
            }
        };
        return modern.transformClass(
                modern.parse(bytes),
                ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                        .andThen(newVersion));
    }

    private static InputStream open(JarFile jar, ClassDesc type) {
        String descriptor = type.descriptorString();
        ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + CLASS_SUFFIX);
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A jar that takes its name when it is whole: programs may be running on the one before. */
    private final class NewJar implements AutoCloseable {
        private final Path path;
        private final Path temporary;
        private final JarOutputStream out;
        private final Set<String> names = new HashSet<>();

        NewJar(String name) throws IOException {
            path = target.resolve(name);
            temporary = target.resolve(name + ".new");
            out = new JarOutputStream(Files.newOutputStream(temporary));
        }

        Path path() {
            return path;
        }

        /** Adds a file; of several with one name the first, as on a class path. */
        void add(String name, byte[] bytes) throws IOException {
            if (names.add(name)) {
                out.putNextEntry(new ZipEntry(name));
                out.write(bytes);
                out.closeEntry();
            }
        }

        void addAll(Path folder) throws IOException {
            try (var files = Files.walk(folder)) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
                    add(name, Files.readAllBytes(file));
                }
            }
        }

        @Override
        public void close() throws IOException {
            out.close();
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
