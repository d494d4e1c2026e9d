package dev.retrovisor.guests;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * A Debian package file, deb(5): an ar archive of debian-binary, control.tar and data.tar. The data member is read in
 * the compressions that riscv64 packages of the suite use (xz), gzip and none.
 */
final class DebFile {
    private DebFile() {}

    /** Takes what it wants of a package's files while they go by. */
    interface FileVisitor {
        /**
         * @param path inside the package with no {@code ./} before it
         * @param content valid during the call only
         */
        void visit(String path, long sizeBytes, InputStream content) throws IOException;

        /** @param target what the symbolic link says, not resolved */
        default void visitLink(String path, String target) throws IOException {}
    }

    /** Calls {@code visitor} for each regular file and symbolic link, in the package's order; hard links are passed over. */
    static void forEachFile(Path deb, String packageName, Progress progress, FileVisitor visitor) throws IOException {
        progress.started("unpack " + packageName, Files.size(deb));
        try (ArArchiveInputStream ar = new ArArchiveInputStream(
                new BufferedInputStream(new Metered(Files.newInputStream(deb), progress), 1 << 16))) {
            for (ArArchiveEntry member = ar.getNextEntry(); member != null; member = ar.getNextEntry()) {
                if (member.getName().startsWith("data.tar")) {
                    visitTar(decompressed(ar, member.getName(), packageName), visitor);
                    return;
                }
            }
        } finally {
            progress.finished();
        }
        throw new GuestFormatException(packageName, 0, "no data.tar member", "a Debian package");
    }

    private static void visitTar(InputStream tarBytes, FileVisitor visitor) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(tarBytes)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String path = entry.getName().replaceFirst("^(\\./|/)+", "");
                // To the library links are files too.
                if (entry.isSymbolicLink()) {
                    visitor.visitLink(path, entry.getLinkName());
                } else if (entry.isFile() && !entry.isLink()) {
                    visitor.visit(path, entry.getSize(), tar);
                }
            }
        }
    }

    private static InputStream decompressed(InputStream member, String memberName, String packageName)
            throws IOException {
        return switch (memberName) {
            case "data.tar.xz" -> new XZInputStream(member);
            case "data.tar.gz" -> new GZIPInputStream(member, 1 << 16);
            case "data.tar" -> member;
            default ->
                throw new GuestFormatException(
                        packageName, 0, "member " + memberName, "data.tar, data.tar.xz or data.tar.gz");
        };
    }

    /** Reports what is read of the package. */
    private static final class Metered extends FilterInputStream {
        private final Progress progress;

        Metered(InputStream in, Progress progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int got = super.read(target, offset, length);
            if (got > 0) {
                progress.advanced(got);
            }
            return got;
        }
    }
}
