package dev.retrovisor.traces;

import dev.retrovisor.machine.state.PageSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The checkpoints of a trace: sections whole, pages by reference into one file that holds each content once. Adding
 * never changes what is there; a trace without its checkpoints still replays.
 */
public final class CheckpointStore implements AutoCloseable {
    private static final String PAGES = "pages.rvp";
    private static final String NAMES = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}";
    private static final int MAX_SPACES = 64;

    private final Path folder;
    private final byte[] manifestHash;
    private final PageFile pages;

    private CheckpointStore(Path folder, byte[] manifestHash, PageFile pages) {
        this.folder = folder;
        this.manifestHash = manifestHash;
        this.pages = pages;
    }

    static CheckpointStore openForReading(Path trace, byte[] manifestHash) {
        Path folder = trace.resolve(TraceLayout.CHECKPOINTS);
        Path pageFile = folder.resolve(PAGES);
        PageFile pages = Files.exists(pageFile) ? PageFile.openForReading(pageFile) : null;
        return new CheckpointStore(folder, manifestHash, pages);
    }

    static CheckpointStore openForWriting(Path trace, byte[] manifestHash) {
        Path folder = trace.resolve(TraceLayout.CHECKPOINTS);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new CheckpointStore(folder, manifestHash, PageFile.openForWriting(folder.resolve(PAGES)));
    }

    /**
     * Stores a state.
     *
     * @param inputs input events applied before it
     * @param entries entries of the events log before it
     */
    public Checkpoint add(
            String name,
            Position position,
            long inputs,
            long entries,
            byte[] sections,
            List<? extends PageSpace> spaces) {
        if (!name.matches(NAMES)) {
            throw new IllegalArgumentException(
                    "checkpoint name '%s': use up to 64 letters, digits, dots, dashes, underscores".formatted(name));
        }
        Path file = folder.resolve(name + CheckpointFile.SUFFIX);
        if (Files.exists(file)) {
            throw new IllegalArgumentException("there is a checkpoint '%s' already".formatted(name));
        }
        var index = new ByteSink(64 * 1024);
        index.putVarint(spaces.size());
        long pageCount = 0;
        for (PageSpace space : spaces) {
            pageCount += putSpace(index, space);
        }
        pages.flush();
        var checkpoint = new Checkpoint(name, position, inputs, entries, sections.length, pageCount);
        CheckpointFile.write(file, manifestHash, checkpoint, sections, index);
        return checkpoint;
    }

    /** All checkpoints by position. */
    public List<Checkpoint> list() {
        List<Checkpoint> found = new ArrayList<>();
        for (Path file : files()) {
            found.add(CheckpointFile.readFacts(file, manifestHash));
        }
        found.sort(Comparator.comparingLong((Checkpoint c) -> c.position().step())
                .thenComparingLong(c -> c.position().virtualNanos())
                .thenComparingLong(Checkpoint::inputs)
                .thenComparing(Checkpoint::name));
        return found;
    }

    /**
     * Puts all pages of a checkpoint into {@code spaces}, which must be those of the same machine, and returns its
     * sections.
     */
    public byte[] restore(Checkpoint checkpoint, List<? extends PageSpace> spaces) {
        CheckpointFile.Content content = read(checkpoint.name());
        ByteSource index = content.index();
        int count = spaceCount(index);
        if (count != spaces.size()) {
            throw index.bad(count + " page spaces", Integer.toString(spaces.size()));
        }
        var page = new byte[PageSpace.PAGE_BYTES];
        for (PageSpace space : spaces) {
            SpaceHeader header = spaceHeader(index);
            if (!header.name().equals(space.name()) || header.pageCount() != space.pageCount()) {
                throw index.bad(header.toString(), "%s of %d pages".formatted(space.name(), space.pageCount()));
            }
            space.clearPages();
            forEachPage(index, header, (number, offset) -> {
                pages.read(offset, page);
                space.writePage(number, page);
            });
        }
        index.requireEnd();
        return content.sections();
    }

    /** Reads every checkpoint and every page and checks all of it. */
    public void verify() {
        if (pages != null) {
            pages.verify();
        }
        var page = new byte[PageSpace.PAGE_BYTES];
        for (Path file : files()) {
            CheckpointFile.Content content = CheckpointFile.read(file, manifestHash);
            ByteSource index = content.index();
            int count = spaceCount(index);
            for (int i = 0; i < count; i++) {
                forEachPage(
                        index,
                        spaceHeader(index),
                        (_, offset) -> requirePages(index).read(offset, page));
            }
            index.requireEnd();
        }
    }

    @Override
    public void close() {
        if (pages != null) {
            pages.close();
        }
    }

    private record SpaceHeader(String name, long pageCount, long present) {}

    @FunctionalInterface
    private interface PageVisitor {
        void visit(long number, long offset);
    }

    private long putSpace(ByteSink index, PageSpace space) {
        index.putString(space.name());
        index.putVarint(space.pageCount());
        var entries = new ByteSink(64 * 1024);
        var page = new byte[PageSpace.PAGE_BYTES];
        // Number of pages, the last page's number and the last record's offset, for the lambda.
        var last = new long[] {0, -1, 0};
        space.forEachPresent(number -> {
            space.readPage(number, page);
            long offset = pages.put(page);
            entries.putVarint(number - last[1] - 1);
            // The offset's difference, so that pages stored one after the other have small ones; odd is a record, 0
            // zeros.
            if (offset == PageFile.ZERO_PAGE) {
                entries.putVarint(0);
            } else {
                long difference = offset - last[2];
                entries.putVarint((difference << 1 ^ difference >> 63) << 1 | 1);
                last[2] = offset;
            }
            last[0]++;
            last[1] = number;
        });
        index.putVarint(last[0]);
        index.putRaw(entries.buffer(), 0, entries.length());
        return last[0];
    }

    private static int spaceCount(ByteSource index) {
        int count = index.getCount(1);
        if (count > MAX_SPACES) {
            throw index.bad(count + " page spaces", "at most " + MAX_SPACES);
        }
        return count;
    }

    private static SpaceHeader spaceHeader(ByteSource index) {
        String name = index.getString();
        long pageCount = index.getVarint();
        long present = index.getCount(2);
        if (pageCount < 0 || present > pageCount) {
            throw index.bad(present + " pages of " + pageCount, "no more than there are");
        }
        return new SpaceHeader(name, pageCount, present);
    }

    private static void forEachPage(ByteSource index, SpaceHeader header, PageVisitor visitor) {
        long number = -1;
        long offset = 0;
        for (long i = 0; i < header.present(); i++) {
            long gap = index.getVarint();
            if (gap < 0 || gap >= header.pageCount() - number - 1) {
                throw index.bad("page " + number + " + 1 + " + gap, "below " + header.pageCount());
            }
            number += gap + 1;
            long coded = index.getVarint();
            if (coded == 0) {
                visitor.visit(number, PageFile.ZERO_PAGE);
                continue;
            }
            long zigzag = coded >>> 1;
            offset += zigzag >>> 1 ^ -(zigzag & 1);
            if ((coded & 1) == 0 || offset <= 0) {
                throw index.bad("offset " + offset + " of a page", "one of a record");
            }
            visitor.visit(number, offset);
        }
    }

    private CheckpointFile.Content read(String name) {
        Path file = folder.resolve(name + CheckpointFile.SUFFIX);
        if (!name.matches(NAMES) || !Files.isRegularFile(file)) {
            throw new IllegalArgumentException("there is no checkpoint '%s'".formatted(name));
        }
        CheckpointFile.Content content = CheckpointFile.read(file, manifestHash);
        requirePages(content.index());
        return content;
    }

    private PageFile requirePages(ByteSource index) {
        if (pages == null) {
            throw index.bad("no " + PAGES, "the file of pages");
        }
        return pages;
    }

    private List<Path> files() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var entries = Files.newDirectoryStream(folder, "*" + CheckpointFile.SUFFIX)) {
            List<Path> files = new ArrayList<>();
            entries.forEach(files::add);
            files.sort(Comparator.naturalOrder());
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
