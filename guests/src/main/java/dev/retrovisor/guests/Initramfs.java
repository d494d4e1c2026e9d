package dev.retrovisor.guests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The root file system of a guest: busybox with its links, the kernel's modules, our /init and workloads.
 *
 * <p>It is stored uncompressed: unpacking it would cost guest instructions at each boot, disk space costs once. The
 * same busybox and modules give the same bytes.
 */
final class Initramfs {
    /** Counts up with each change of what goes in, so that a cached guest of an older recipe is built anew. */
    static final int RECIPE = 3;

    /** What {@code retrovisor.run=} may name: one line here and one file among the resources. */
    static final List<String> WORKLOADS = List.of("demo", "load", "pstest");

    /** What a guest's devices and disks ask for; what these depend on comes along. */
    static final List<String> REQUIRED_MODULES =
            List.of("virtio_mmio", "virtio_blk", "virtio_net", "virtio_console", "virtio-rng", "ext4");

    /** ext4's checksum has this name in 6.12 and is part of the kernel in later ones. */
    static final List<String> OPTIONAL_MODULES = List.of("crc32c_generic");

    private static final String RESOURCES = "initramfs/";

    private Initramfs() {}

    static byte[] build(byte[] busybox, KernelModules modules, String kernelVersion) throws IOException {
        // Without an entry of its own the root keeps the mode of a fresh tmpfs: writable by everyone.
        CpioWriter cpio = new CpioWriter().folder(".", 0755);
        for (String folder : List.of(
                "bin", "dev", "etc", "lib", "lib/modules", "mnt", "proc", "root", "run", "sys", "usr", "workloads")) {
            cpio.folder(folder, 0755);
        }
        cpio.folder("tmp", 01777);
        // All programs are in /bin; the kernel asks for /sbin/modprobe, scripts from elsewhere for /usr/bin/env.
        cpio.link("sbin", "bin").link("usr/bin", "../bin").link("usr/sbin", "../bin");
        // The kernel opens /dev/console for process 1 before anything is mounted. Numbers: devices.txt.
        cpio.characterDevice("dev/console", 0600, 5, 1).characterDevice("dev/null", 0666, 1, 3);
        cpio.file("bin/busybox", 0755, busybox);
        for (String applet : BusyboxApplets.read(busybox, "busybox")) {
            if (!applet.equals("busybox")) {
                cpio.link("bin/" + applet, "busybox");
            }
        }
        cpio.file("init", 0755, resource("init"));
        cpio.file("etc/udhcpc.sh", 0755, resource("etc/udhcpc.sh"));
        for (String file : List.of("etc/profile", "etc/passwd", "etc/group", "etc/hosts")) {
            cpio.file(file, 0644, resource(file));
        }
        for (String workload : WORKLOADS) {
            cpio.file("workloads/" + workload, 0755, resource("workloads/" + workload));
        }
        addModules(cpio, modules, "lib/modules/" + kernelVersion);
        return cpio.toBytes();
    }

    private static void addModules(CpioWriter cpio, KernelModules modules, String root) {
        cpio.folder(root, 0755);
        Set<String> folders = new TreeSet<>();
        for (KernelModules.Module module : modules.inLoadOrder()) {
            for (int slash = module.path().indexOf('/');
                    slash > 0;
                    slash = module.path().indexOf('/', slash + 1)) {
                folders.add(module.path().substring(0, slash));
            }
            cpio.file(root + "/" + module.path(), 0644, module.content());
        }
        folders.forEach(folder -> cpio.folder(root + "/" + folder, 0755));
        cpio.file(root + "/modules.dep", 0644, modules.modulesDep().getBytes(StandardCharsets.UTF_8));
        cpio.file(root + "/modules.alias", 0644, modules.modulesAlias().getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Initramfs.class.getResourceAsStream(RESOURCES + name)) {
            if (in == null) {
                throw new IllegalStateException("the build left out the resource " + RESOURCES + name);
            }
            return in.readAllBytes();
        }
    }
}
