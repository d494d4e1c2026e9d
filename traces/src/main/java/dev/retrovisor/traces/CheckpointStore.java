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

    private final Path folder;
    private final byte[] manifestHash;
    private final WriterLock lock;

    /** The files of pages that were met so far; a page's name has its number in here. */
    private final PageFiles files;

    /** To which pages are added; null until there is one. */
    private PageWriter writer;

    /** What was loaded last: its neighbours share most of it. */
    private List<PageMap> lastMaps = List.of();

    private long addedBytes;
    private boolean closed;

    private CheckpointStore(Path folder, byte[] manifestHash, WriterLock lock) {
        this.folder = folder;
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
        WriterLock lock;
        try {
            Files.createDirectories(folder);
            lock = WriterLock.take(folder);
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
        return facts().stream().map(CheckpointFile.Facts::checkpoint).toList();
    }

    /** The checkpoint with a name. */
    public Optional<Checkpoint> find(String name) {
        if (!Checkpoint.isName(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    CheckpointFile.readFacts(file(name), manifestHash).checkpoint());
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

    /**
     * The same where the spaces hold what {@code present} says, but for the pages that they say were written: puts only what
     * differs.
     *
     * @return how many pages were put
     */
    public long restore(StoredState state, List<PageMap> present, List<? extends PageSpace> spaces) {
        state.requireSpaces(spaces);
        var page = new byte[PageSpace.PAGE_BYTES];
        var count = new long[1];
        for (int i = 0; i < spaces.size(); i++) {
            PageSpace space = spaces.get(i);
            PageMap map = state.maps().get(i);
            PageMap here = present.get(i);
            // First, as putting pages enters them as written.
            space.forEachWritten(number -> {
                put(space, number, map.name(number), page);
                count[0]++;
            });
            map.forEachDifference(here, (number, name, _) -> {
                put(space, number, name, page);
                count[0]++;
            });
            space.forgetWritten();
        }
        return count[0];
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
            var map = new PageMap.Builder(adopted(base.maps().get(i), files));
            written.get(i).forEach((page, content, at) -> map.put(page, named(number, writer.put(content, at)), nanos));
            maps.add(map.build());
        }
        return store(facts, sections, maps);
    }

    /**
     * Stores a state of another trace, its pages as they are packed there.
     *
     * @param facts as it is to be here; sizes in it are found out
     */
    public synchronized StoredState copy(Checkpoint facts, CheckpointStore source, StoredState state) {
        requireFree(facts.name());
        writer();
        return store(
                facts,
                state.sections(),
                state.maps().stream().map(map -> adopted(map, source.files)).toList());
    }

    private StoredState store(Checkpoint facts, byte[] sections, List<PageMap> maps) {
        long pagesBytes = writer.flush();
        long pages = maps.stream().mapToLong(PageMap::presentPages).sum();
        Checkpoint checkpoint = facts.withSizes(sections.length, pages);
        CheckpointFile.write(
                file(checkpoint.name()),
                manifestHash,
                new CheckpointFile.Facts(checkpoint, writer.id()),
                sections,
                PageMapCodec.encode(maps, PageName::offset));
        addedBytes = pagesBytes + sizeOf(file(checkpoint.name()));
        return new StoredState(checkpoint, sections, maps);
    }

    /** The same map with its pages in the file that is written; those of others are copied there. */
    private PageMap adopted(PageMap map, PageFiles from) {
        int number = files.numberOf(writer);
        var changed = new PageMap.Builder(map);
        map.forEach((page, name, nanos) -> {
            if (PageName.isRecord(name) && (from != files || PageName.file(name) != number)) {
                changed.put(page, named(number, writer.adopt(from.reader(name), PageName.offset(name))), nanos);
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
        deleteFile(file(name));
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
        names.forEach(name -> deleteFile(file(name)));
    }

    /** Drops pages that no checkpoint has, by writing the others into a new file. */
    public synchronized void compact() {
        requireWriting();
        List<CheckpointFile.Facts> facts = facts();
        PageWriter old = writer;
        writer = null;
        try {
            if (!facts.isEmpty()) {
                writer = PageWriter.create(folder, newId());
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
                    file(each.checkpoint().name()),
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
                this, list(), checkpoint -> sizeOf(file(checkpoint.name())), files::recordBytes, pageFileBytes());
    }

    /** Bytes of all files, without a look into them. */
    public long totalBytes() {
        long bytes = pageFileBytes();
        for (Path file : filesNamed("*" + CheckpointFile.SUFFIX)) {
            bytes += sizeOf(file);
        }
        return bytes;
    }

    /** How many bytes the last checkpoint added. */
    long addedBytes() {
        return addedBytes;
    }

    /** Room on the disk. */
    long freeBytes() {
        return FreeSpace.of(folder).usableBytes();
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
                    folder,
                    ids.stream()
                            .max(Comparator.comparingLong(this::sizeOfPages))
                            .orElseThrow());
            files.add(writer);
        }
    }

    /** Deletes files that no checkpoint has; returns the numbers of those that are left. */
    private Set<Long> sweep() {
        var ids = new HashSet<Long>();
        facts().forEach(facts -> ids.add(facts.pagesId()));
        if (writer != null && !ids.contains(writer.id())) {
            ids.add(writer.id());
        }
        var kept = new HashSet<String>();
        ids.forEach(id -> kept.add(PageRecord.fileName(id)));
        for (Path file : filesNamed("*")) {
            String name = file.getFileName().toString();
            if (PageRecord.isFileName(name) && !kept.contains(name) || name.endsWith(TraceFiles.TEMPORARY_SUFFIX)) {
                deleteFile(file);
            }
        }
        return ids;
    }

    private PageWriter writer() {
        requireWriting();
        if (writer == null) {
            try {
                writer = PageWriter.create(folder, newId());
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

    private List<CheckpointFile.Facts> facts() {
        List<CheckpointFile.Facts> found = new ArrayList<>();
        for (Path file : filesNamed("*" + CheckpointFile.SUFFIX)) {
            try {
                found.add(CheckpointFile.readFacts(file, manifestHash));
            } catch (NoSuchFileException _) {
                // Deleted by its writer since the folder was read.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        found.sort(Comparator.comparing(
                CheckpointFile.Facts::checkpoint,
                Comparator.comparing(Checkpoint::position)
                        .thenComparingLong(Checkpoint::inputs)
                        .thenComparing(Checkpoint::name)));
        return found;
    }

    /** Reads a checkpoint and makes sure that its file of pages is open. */
    private CheckpointFile.Content content(String name) {
        Path file = file(name);
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
                file(as.name()),
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
        if (Files.exists(file(name))) {
            throw new IllegalArgumentException("there is a checkpoint '%s' already".formatted(name));
        }
    }

    private void requireWriting() {
        if (lock == null) {
            throw new IllegalStateException(folder + ": opened for reading only");
        }
    }

    private static IllegalArgumentException missing(String name) {
        return new IllegalArgumentException("there is no checkpoint '%s'".formatted(name));
    }

    private Path file(String name) {
        return folder.resolve(name + CheckpointFile.SUFFIX);
    }

    private long pageFileBytes() {
        long bytes = 0;
        for (Path file : filesNamed("*")) {
            bytes += PageRecord.isFileName(file.getFileName().toString()) ? sizeOf(file) : 0;
        }
        return bytes;
    }

    private long sizeOfPages(long id) {
        return sizeOf(folder.resolve(PageRecord.fileName(id)));
    }

    /** 0 for a file that is gone. */
    private static long sizeOf(Path file) {
        return file.toFile().length();
    }

    private static void deleteFile(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> filesNamed(String pattern) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var entries = Files.newDirectoryStream(folder, pattern)) {
            List<Path> found = new ArrayList<>();
            entries.forEach(found::add);
            found.sort(Comparator.naturalOrder());
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
