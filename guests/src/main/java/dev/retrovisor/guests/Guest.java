package dev.retrovisor.guests;

import java.nio.file.Path;
import java.util.List;

/**
 * A guest that is ready to boot.
 *
 * @param name what the user calls it
 * @param kernel the flat riscv64 {@code Image}
 * @param kernelSha256 its SHA-256, 64 lower-case hex digits
 * @param initrd the initramfs, an uncompressed newc cpio
 * @param initrdSha256 its SHA-256
 * @param append the default kernel command line
 * @param memoryMiB the default size of the guest's RAM
 * @param kernelVersion what {@code uname -r} will say
 * @param packages what it was made from, such as {@code busybox-static 1:1.37.0-6}
 * @param packageSha256s the SHA-256 of each of the downloads that it was made from
 * @param recipe the number of the recipe that built it, see {@link Initramfs#RECIPE}
 */
public record Guest(
        String name,
        Path kernel,
        String kernelSha256,
        Path initrd,
        String initrdSha256,
        String append,
        int memoryMiB,
        String kernelVersion,
        List<String> packages,
        List<String> packageSha256s,
        int recipe) {
    /** With less RAM its kernel panics, or its init is killed. */
    public static final int LEAST_MEMORY_MIB = 128;

    public Guest {
        packages = List.copyOf(packages);
        packageSha256s = List.copyOf(packageSha256s);
    }

    /** The command line for a guest that runs a workload and powers off. */
    public String appendForWorkload(String workload) {
        return append + " retrovisor.run=" + workload;
    }
}
