package dev.retrovisor.traces;

import dev.retrovisor.machine.state.PageSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The checkpoints of a trace: sections whole, pages by name in a file that holds each content once. A trace without its
 * checkpoints still replays.
 *
 * <p>Any number of processes may read while one writes; of two that want to write, the second is refused. What a reader has
 * loaded stays readable whatever the writer deletes. Safe for use by several threads: one may read while another adds.
 */
public final class CheckpointStore implements AutoCloseable {
    /** A reader that meets a writer's compaction finds another file of pages at once; twice in a row is no accident. */
    private static final int LOAD_ATTEMPTS = 5;

    /** Held by who may change the checkpoints. */
    private static final String LOCK = "lock";

    private final CheckpointFolder folder;
    private final byte[] manifestHash;
    private final ProcessLock lock;

    /** The files of pages that were met so far; a page's name has its number in here. */
    private final PageFiles files;

    /** To which pages are added; null until there is one. */
    private PageWriter writer;

    /** What was loaded last: its neighbours share most of it. */
    private List<PageMap> lastMaps = List.of();

    private long addedBytes;
    private boolean closed;

    private CheckpointStore(Path folder, byte[] manifestHash, ProcessLock lock) {
        this.folder = new CheckpointFolder(folder, manifestHash);
        this.manifestHash = manifestHash;
        this.lock = lock;
        files = new PageFiles(folder);
    }

    static CheckpointStore openForReading(Path trace, byte[] manifestHash) {
        return new CheckpointStore(trace.resolve(TraceLayout.CHECKPOINTS), manifestHash, null);
    }

    /** @throws CheckpointsLockedException if another writer is at it */
    static CheckpointStore openForWriting(Path trace, byte[] manifestHash) {
        Path folder = trace.resolve(TraceLayout.CHECKPOINTS);
        ProcessLock lock;
        try {
            Files.createDirectories(folder);
            lock = ProcessLock.tryTake(folder.resolve(LOCK))
                    .orElseThrow(() -> new CheckpointsLockedException(
                            folder + ": another process, or something else in this one, adds to these checkpoints"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var store = new CheckpointStore(folder, manifestHash, lock);
        try {
            store.takeOver();
            return store;
        } catch (IOException e) {
            store.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** All checkpoints by position. Reads their facts only. */
    public List<Checkpoint> list() {
        return folder.facts().stream().map(CheckpointFile.Facts::checkpoint).toList();
    }

    /** The checkpoint with a name. */
    public Optional<Checkpoint> find(String name) {
        if (!Checkpoint.isName(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    CheckpointFile.readFacts(folder.file(name), manifestHash).checkpoint());
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a checkpoint, without its pages.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public synchronized StoredState load(Checkpoint checkpoint) {
        CheckpointFile.Content content = content(checkpoint.name());
        int pages = files.numberOf(content.facts().pagesId());
        List<PageMap> read = content.maps(offset -> PageName.of(pages, offset));
        List<PageMap> maps = new ArrayList<>();
        for (int i = 0; i < read.size(); i++) {
            maps.add(i < lastMaps.size() ? read.get(i).sharing(lastMaps.get(i)) : read.get(i));
        }
        lastMaps = maps;
        return new StoredState(content.facts().checkpoint(), content.sections(), maps);
    }

    /** Reads a page by its name into the first 4,096 bytes of {@code target}, checked. */
    public void readPage(long name, byte[] target) {
        files.read(name, target);
    }

    /**
     * Puts all pages of a state into {@code spaces}, which must be those of a machine of the same configuration; that
     * machine then loads the sections. The spaces count as written from here on.
     */
    public void restore(StoredState state, List<? extends PageSpace> spaces) {
        state.requireSpaces(spaces);
        var page = new byte[PageSpace.PAGE_BYTES];
        for (int i = 0; i < spaces.size(); i++) {
            PageSpace space = spaces.get(i);
            space.clearPages();
            state.maps().get(i).forEach((number, name, _) -> put(space, number, name, page));
            space.forgetWritten();
        }
    }

    private void put(PageSpace space, long number, long name, byte[] page) {
        if (name == PageMap.ABSENT) {
            space.erasePage(number);
        } else {
            readPage(name, page);
            space.writePage(number, page);
        }
    }

    /**
     * Stores a state whole.
     *
     * @param inputs input events applied before it
     * @param entries entries of the events log before
     */
    public Checkpoint add(
            String name,
            Position position,
            long inputs,
            long entries,
            byte[] sections,
            List<? extends PageSpace> spaces) {
        var facts = new Checkpoint(name, position, inputs, entries, sections.length, 0, false, "");
        return add(
                        facts,
                        sections,
                        StoredState.powerOn(spaces),
                        spaces.stream().map(PageFeed::presentIn).toList())
                .checkpoint();
    }

    /**
     * Stores a state by what was written since another one.
     *
     * @param facts sizes in it are found out
     * @param sections as the machine saved them
     * @param base the state before, of this trace, or {@link StoredState#powerOn}
     * @param written for each page space of {@code base} at least the pages that differ from it
     * @throws IllegalArgumentException if the name can't be, or is taken
     * @throws TraceFullException if there is no room
     */
    public synchronized StoredState add(Checkpoint facts, byte[] sections, StoredState base, List<PageFeed> written) {
        requireFree(facts.name());
        long nanos = facts.position().virtualNanos();
        int number = files.numberOf(writer());
        List<PageMap> maps = new ArrayList<>();
        for (int i = 0; i < written.size(); i++) {
            var map = new PageMap.Builder(adopted(base.maps().get(i)));
            written.get(i).forEach((page, content, at) -> map.put(page, named(number, writer.put(content, at)), nanos));
            maps.add(map.build());
        }
        return store(facts, sections, maps);
    }

    private StoredState store(Checkpoint facts, byte[] sections, List<PageMap> maps) {
        long pagesBytes = writer.flush();
        long pages = maps.stream().mapToLong(PageMap::presentPages).sum();
        Checkpoint checkpoint = facts.withSizes(sections.length, pages);
        CheckpointFile.write(
                folder.file(checkpoint.name()),
                manifestHash,
                new CheckpointFile.Facts(checkpoint, writer.id()),
                sections,
                PageMapCodec.encode(maps, PageName::offset));
        addedBytes = pagesBytes + CheckpointFolder.sizeOf(folder.file(checkpoint.name()));
        return new StoredState(checkpoint, sections, maps);
    }

    /** The same map with its pages in the file that is written; those of others are copied there. */
    private PageMap adopted(PageMap map) {
        int number = files.numberOf(writer);
        var changed = new PageMap.Builder(map);
        map.forEach((page, name, nanos) -> {
            if (PageName.isRecord(name) && PageName.file(name) != number) {
                changed.put(page, named(number, writer.adopt(files.reader(name), PageName.offset(name))), nanos);
            }
        });
        return changed.build();
    }

    private static long named(int file, long offset) {
        return offset == PageMap.ZEROS ? offset : PageName.of(file, offset);
    }

    /** Gives a checkpoint another name, after which it is no automatic one any more. */
    public synchronized Checkpoint rename(String name, String newName, String note) {
        requireFree(newName);
        CheckpointFile.Content content = content(name);
        Checkpoint renamed = content.facts().checkpoint().named(newName, note);
        writeAgain(content, renamed, content.facts().pagesId());
        CheckpointFolder.delete(folder.file(name));
        return renamed;
    }

    /**
     * Deletes checkpoints; their pages stay until {@link #compact}.
     *
     * @throws IllegalArgumentException if there is none of such a name
     */
    public synchronized void delete(Collection<String> names) {
        requireWriting();
        for (String name : names) {
            if (find(name).isEmpty()) {
                throw missing(name);
            }
        }
        names.forEach(name -> CheckpointFolder.delete(folder.file(name)));
    }

    /** Drops pages that no checkpoint has, by writing the others into a new file. */
    public synchronized void compact() {
        requireWriting();
        List<CheckpointFile.Facts> facts = folder.facts();
        PageWriter old = writer;
        writer = null;
        try {
            if (!facts.isEmpty()) {
                writer = PageWriter.create(folder.path(), newId());
                files.add(writer);
                moveAll(facts);
            }
        } catch (IOException e) {
            abandonCompaction(old);
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            abandonCompaction(old);
            throw e;
        }
        if (old != null) {
            old.close();
        }
        sweep();
    }

    private void moveAll(List<CheckpointFile.Facts> facts) {
        int number = files.numberOf(writer);
        var moved = new NameTable();
        for (CheckpointFile.Facts each : facts) {
            for (PageMap map : load(each.checkpoint()).maps()) {
                map.forEach((_, name, _) -> {
                    if (PageName.isRecord(name) && moved.get(name) == NameTable.NONE) {
                        moved.put(name, writer.adopt(files.reader(name), PageName.offset(name)));
                    }
                });
            }
        }
        // All pages are there before the first checkpoint says so: whenever this ends, each has its pages in some file.
        writer.flush();
        for (CheckpointFile.Facts each : facts) {
            StoredState state = load(each.checkpoint());
            List<PageMap> maps = new ArrayList<>();
            for (PageMap map : state.maps()) {
                var changed = new PageMap.Builder(map);
                map.forEach((page, name, nanos) -> {
                    if (PageName.isRecord(name)) {
                        changed.put(page, PageName.of(number, moved.get(name)), nanos);
                    }
                });
                maps.add(changed.build());
            }
            CheckpointFile.write(
                    folder.file(each.checkpoint().name()),
                    manifestHash,
                    new CheckpointFile.Facts(each.checkpoint(), writer.id()),
                    state.sections(),
                    PageMapCodec.encode(maps, PageName::offset));
        }
    }

    /** Goes on with the old file; the new one stays if a checkpoint is in it already. */
    private void abandonCompaction(PageWriter old) {
        if (writer != null) {
            writer.close();
        }
        writer = old;
        sweep();
    }

    /** What the checkpoints take on disk. Reads all of them. */
    public CheckpointUsage usage() {
        return CheckpointUsage.of(
                this,
                list(),
                checkpoint -> CheckpointFolder.sizeOf(folder.file(checkpoint.name())),
                files::recordBytes,
                folder.pageFileBytes());
    }

    /** Bytes of all files, without a look into them. */
    public long totalBytes() {
        return folder.totalBytes();
    }

    /** How many bytes the last checkpoint added. */
    long addedBytes() {
        return addedBytes;
    }

    /** Room on the disk. */
    long freeBytes() {
        return FreeSpace.of(folder.path()).usableBytes();
    }

    /** Reads every checkpoint and every page and checks all of it. */
    public void verify() {
        var page = new byte[PageSpace.PAGE_BYTES];
        for (Checkpoint checkpoint : list()) {
            for (PageMap map : load(checkpoint).maps()) {
                map.forEach((_, name, _) -> {
                    if (PageName.isRecord(name)) {
                        readPage(name, page);
                    }
                });
            }
        }
        files.verify();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (lock;
                files) {
            if (writer != null) {
                writer.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Finds the file of pages to go on with, and removes what writers that were killed left behind. */
    private void takeOver() throws IOException {
        Set<Long> ids = sweep();
        if (!ids.isEmpty()) {
            // More than one only if a compaction was killed; the next one puts them together.
            writer = PageWriter.goOn(
                    folder.path(),
                    ids.stream()
                            .max(Comparator.comparingLong(folder::sizeOfPages))
                            .orElseThrow());
            files.add(writer);
        }
    }

    /** Deletes files that no checkpoint has; returns the numbers of those that are left. */
    private Set<Long> sweep() {
        var ids = new HashSet<Long>();
        folder.facts().forEach(facts -> ids.add(facts.pagesId()));
        if (writer != null && !ids.contains(writer.id())) {
            ids.add(writer.id());
        }
        var kept = new HashSet<String>();
        ids.forEach(id -> kept.add(PageRecord.fileName(id)));
        for (Path file : folder.filesNamed("*")) {
            String name = file.getFileName().toString();
            if (PageRecord.isFileName(name) && !kept.contains(name) || name.endsWith(TraceFiles.TEMPORARY_SUFFIX)) {
                CheckpointFolder.delete(file);
            }
        }
        return ids;
    }

    private PageWriter writer() {
        requireWriting();
        if (writer == null) {
            try {
                writer = PageWriter.create(folder.path(), newId());
                files.add(writer);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return writer;
    }

    /** A number that no file of pages ever had: a checkpoint never meets pages of another file. */
    private static long newId() {
        return new SecureRandom().nextLong() | 1;
    }

    /** Reads a checkpoint and makes sure that its file of pages is open. */
    private CheckpointFile.Content content(String name) {
        Path file = folder.file(name);
        for (int attempt = 1; ; attempt++) {
            CheckpointFile.Content content;
            try {
                content = CheckpointFile.read(file, manifestHash);
            } catch (NoSuchFileException _) {
                throw missing(name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            long id = content.facts().pagesId();
            try {
                files.open(id);
                return content;
            } catch (NoSuchFileException e) {
                if (attempt == LOAD_ATTEMPTS) {
                    throw new TraceFormatException(file, 0, "no " + PageRecord.fileName(id), "the file of its pages");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void writeAgain(CheckpointFile.Content content, Checkpoint as, long pagesId) {
        CheckpointFile.write(
                folder.file(as.name()),
                manifestHash,
                new CheckpointFile.Facts(as, pagesId),
                content.sections(),
                PageMapCodec.encode(content.maps(offset -> offset), offset -> offset));
    }

    private void requireFree(String name) {
        requireWriting();
        if (!Checkpoint.isName(name)) {
            throw new IllegalArgumentException("checkpoint name '%s': use %s".formatted(name, Checkpoint.NAME_RULE));
        }
        if (Files.exists(folder.file(name))) {
            throw new IllegalArgumentException("there is a checkpoint '%s' already".formatted(name));
        }
    }

    private void requireWriting() {
        if (lock == null) {
            throw new IllegalStateException(folder.path() + ": opened for reading only");
        }
    }

    private static IllegalArgumentException missing(String name) {
        return new IllegalArgumentException("there is no checkpoint '%s'".formatted(name));
    }
}
