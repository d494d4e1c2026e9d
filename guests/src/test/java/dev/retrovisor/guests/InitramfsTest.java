package dev.retrovisor.guests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.junit.jupiter.api.Test;

/** What the guest finds as its root file system. */
final class InitramfsTest {
    private record Found(CpioArchiveEntry entry, byte[] content) {
        String text() {
            return new String(content, StandardCharsets.UTF_8);
        }
    }

    private static Map<String, Found> read(byte[] archive) throws IOException {
        Map<String, Found> found = new LinkedHashMap<>();
        try (CpioArchiveInputStream cpio = new CpioArchiveInputStream(new ByteArrayInputStream(archive))) {
            for (CpioArchiveEntry entry = cpio.getNextEntry(); entry != null; entry = cpio.getNextEntry()) {
                found.put(entry.getName(), new Found(entry, cpio.readAllBytes()));
            }
        }
        return found;
    }

    /** Modules by path, of which some are built in. */
    private record MadeUp(Map<String, byte[]> modules, Collection<String> builtin) implements KernelModules.Source {
        @Override
        public Collection<String> paths() {
            return modules.keySet();
        }

        @Override
        public byte[] read(String path) {
            return modules.get(path);
        }
    }

    private static KernelModules select(Map<String, byte[]> modules, List<String> builtin, String... required)
            throws IOException {
        return KernelModules.select(
                new MadeUp(new TreeMap<>(modules), builtin), List.of(required), List.of("crc32c_generic"));
    }

    private static List<String> names(KernelModules modules) {
        return modules.inLoadOrder().stream().map(KernelModules.Module::name).toList();
    }

    @Test
    void whatTheCpioWriterWritesAnotherReaderReads() throws IOException {
        byte[] archive = new CpioWriter()
                .file("b/file", 0644, new byte[] {1, 2, 3, 4, 5})
                .folder("b", 0755)
                .link("a", "b/file")
                .characterDevice("b/console", 0600, 5, 1)
                .toBytes();

        Map<String, Found> found = read(archive);

        assertEquals(List.of("a", "b", "b/console", "b/file"), List.copyOf(found.keySet()), "sorted");
        assertTrue(found.get("a").entry().isSymbolicLink());
        assertEquals("b/file", found.get("a").text());
        assertTrue(found.get("b").entry().isDirectory());
        assertTrue(found.get("b/console").entry().isCharacterDevice());
        assertEquals(5, found.get("b/console").entry().getRemoteDeviceMaj());
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5}, found.get("b/file").content());
        assertEquals(0100644, found.get("b/file").entry().getMode());
        assertEquals(0, found.get("b/file").entry().getTime());
        assertEquals(0, archive.length % 4);
    }

    @Test
    void aPathIsWrittenOnceAndRelative() {
        CpioWriter cpio = new CpioWriter().folder("a", 0755);

        assertThrows(IllegalArgumentException.class, () -> cpio.folder("a", 0755));
        assertThrows(IllegalArgumentException.class, () -> cpio.folder("/a", 0755));
    }

    @Test
    void modulesComeAfterAllThatTheyDependOn() throws IOException {
        KernelModules modules = select(
                Map.of(
                        "kernel/a.ko", FakeMirror.module("depends=b,c"),
                        "kernel/b-b.ko", FakeMirror.module("depends="),
                        "kernel/b.ko", FakeMirror.module("depends=b-b,core"),
                        "kernel/c.ko.xz", FakeMirror.xz(FakeMirror.module("depends=b")),
                        "kernel/crc32c_generic.ko", FakeMirror.module("alias=crypto-crc32c", "depends="),
                        "kernel/d.ko", FakeMirror.module("softdep=pre: crypto-crc32c none", "depends=")),
                List.of("kernel/core.ko"),
                "a",
                "d");

        assertEquals(List.of("crc32c_generic", "b_b", "b", "c", "a", "d"), names(modules));
        assertEquals("""
                kernel/crc32c_generic.ko:
                kernel/b-b.ko:
                kernel/b.ko: kernel/b-b.ko
                kernel/c.ko: kernel/b.ko kernel/b-b.ko
                kernel/a.ko: kernel/c.ko kernel/b.ko kernel/b-b.ko
                kernel/d.ko: kernel/crc32c_generic.ko
                """, modules.modulesDep());
        assertEquals("alias crypto-crc32c crc32c_generic\n", modules.modulesAlias());
    }

    @Test
    void builtinModulesAreNotLookedFor() throws IOException {
        assertEquals(List.of(), names(select(Map.of(), List.of("kernel/virtio-rng.ko"), "virtio_rng")));
    }

    @Test
    void aMissingModuleAndACircleAreRefused() {
        Map<String, byte[]> circle =
                Map.of("a.ko", FakeMirror.module("depends=b"), "b.ko", FakeMirror.module("depends=a"));

        assertThrows(GuestFormatException.class, () -> select(Map.of(), List.of(), "ext4"));
        assertThrows(GuestFormatException.class, () -> select(circle, List.of(), "a"));
    }

    @Test
    void aModuleThatIsNoElfFileOrIsCutOffIsRefused() {
        byte[] module = FakeMirror.module("depends=");
        for (int length = 0; length < module.length; length += 7) {
            byte[] cut = Arrays.copyOf(module, length);
            assertThrows(GuestFormatException.class, () -> ModuleInfo.read(cut, "cut.ko"));
        }
    }

    @Test
    void theRootFileSystemHasBusyboxUnderAllItsNamesAndOurPrograms() throws IOException {
        KernelModules modules = select(Map.of("kernel/fs/x.ko", FakeMirror.module("depends=")), List.of(), "x");

        Map<String, Found> found = read(Initramfs.build(FakeMirror.busybox(), modules, "6.99"));

        assertEquals("busybox", found.get("bin/sh").text());
        assertEquals("busybox", found.get("bin/[").text());
        assertTrue(found.get("bin/busybox").entry().isRegularFile());
        assertEquals(
                "kernel/fs/x.ko:\n", found.get("lib/modules/6.99/modules.dep").text());
        assertTrue(found.containsKey("lib/modules/6.99/kernel/fs/x.ko"));
        assertTrue(found.get("init").text().startsWith("#!/bin/sh\n"));
        for (String workload : Guests.workloads()) {
            assertEquals(0100755, found.get("workloads/" + workload).entry().getMode());
        }
        assertTrue(found.keySet().containsAll(Set.of("dev/console", "proc", "sys", "tmp", "etc/passwd")));
    }

    @Test
    void aBusyboxWithoutATableOfNamesIsRefused() {
        assertThrows(GuestFormatException.class, () -> BusyboxApplets.read(new byte[100], "busybox"));
    }
}
