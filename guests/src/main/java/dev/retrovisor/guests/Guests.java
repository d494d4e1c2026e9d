package dev.retrovisor.guests;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The guests of one cache folder: gets them, lists them, removes them, finds them by name.
 *
 * <p>Mistakes and circumstances that the user can mend are {@link GuestException}s, files that are not what they must
 * be {@link GuestFormatException}s. Several processes may use one cache: pulling and removing lock it.
 */
public final class Guests {
    private static final String NAME_PATTERN = "[a-z0-9][a-z0-9.-]*";

    private final Path cacheFolder;
    private final Host host;
    private final GuestStore store;
    private final FileHashing hashing;

    public Guests(Path cacheFolder, Host host) {
        this(cacheFolder, host, Hashes::sha256);
    }

    private Guests(Path cacheFolder, Host host, FileHashing hashing) {
        this.hashing = hashing;
        this.cacheFolder = cacheFolder;
        this.host = host;
        this.store = new GuestStore(cacheFolder.resolve("guests"));
    }

    /**
     * The guests in this machine's cache.
     *
     * @param hashing is asked each time when a guest is to be booted; when one is pulled its files are read
     */
    public static Guests ofThisMachine(FileHashing hashing) {
        Host host = Host.ofThisMachine();
        return new Guests(host.cacheFolder(), host, hashing);
    }

    /** The guests that can be pulled. */
    public static List<String> known() {
        return List.of(DebianGuest.NAME);
    }

    /** What {@code retrovisor.run=} on the kernel command line may name. */
    public static List<String> workloads() {
        return Initramfs.WORKLOADS;
    }

    public Path cacheFolder() {
        return cacheFolder;
    }

    /**
     * Gets a guest as the archive has it now. Where the cached one is that already, this costs the archive's index and
     * no more; where it is older, it is replaced.
     */
    public Guest pull(String name, PullOptions options, Progress progress) {
        if (!known().contains(name)) {
            throw new GuestException(
                    "no guest is called '%s': there is %s".formatted(name, String.join(", ", known())));
        }
        List<String> mirrors = mirrors(options);
        Keyring keyring = Keyring.open(options.keyring(), host);
        return locked(() -> {
            // One folder, under the lock: what a killed run left behind goes away with the next one.
            Path work = cacheFolder.resolve("work");
            Folders.delete(work);
            Files.createDirectory(work);
            try (Transport transport = new Transport(host.environment())) {
                Downloads downloads = new Downloads(cacheFolder.resolve("downloads"), transport, progress);
                return pullDebian(mirrors, keyring, downloads, work, progress);
            } finally {
                Folders.delete(work);
            }
        });
    }

    private Guest pullDebian(List<String> mirrors, Keyring keyring, Downloads downloads, Path work, Progress progress)
            throws IOException {
        DebianArchive archive = DebianArchive.open(mirrors, keyring, host, downloads);
        DebianGuest recipe = DebianGuest.resolve(archive);
        Guest guest = current(recipe);
        if (guest == null) {
            guest = recipe.build(archive, store, work, progress);
        }
        Set<String> kept = new HashSet<>(guest.packageSha256s());
        kept.add(archive.packagesSha256());
        downloads.keepOnly(kept);
        return guest;
    }

    /** The cached guest where it is whole and of today, else null. */
    private Guest current(DebianGuest recipe) throws IOException {
        if (!store.has(DebianGuest.NAME)) {
            return null;
        }
        try {
            Guest cached = store.read(DebianGuest.NAME);
            store.requireIntact(cached, Hashes::sha256);
            return recipe.isSameAs(cached) ? cached : null;
        } catch (GuestFormatException e) {
            // Damaged or of another version: it is about to be built anew, which mends it.
            return null;
        }
    }

    /** The guests that are ready, by name; their files are not checked, see {@link #resolve}. */
    public List<Guest> list() {
        try {
            List<Guest> guests = new ArrayList<>();
            for (String name : store.names()) {
                guests.add(store.read(name));
            }
            return guests;
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** The guest of this name, its files checked against their hashes. */
    public Guest resolve(String name) {
        requirePresent(name);
        try {
            Guest guest = store.read(name);
            store.requireIntact(guest, hashing);
            return guest;
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** Removes a guest and what was downloaded for it. */
    public void remove(String name) {
        requirePresent(name);
        locked(() -> {
            store.remove(name);
            if (store.names().isEmpty()) {
                Folders.delete(cacheFolder.resolve("downloads"));
            }
            return name;
        });
    }

    private void requirePresent(String name) {
        if (!name.matches(NAME_PATTERN) || !store.has(name)) {
            String remedy = known().contains(name)
                    ? "fetch it with 'retrovisor guest pull " + name + "'"
                    : "'retrovisor guest list' shows what there is";
            throw new GuestException("no guest '%s' in %s: %s".formatted(name, cacheFolder, remedy));
        }
    }

    /** The mirror that the user names, else those of the host. */
    List<String> mirrors(PullOptions options) {
        return options.mirror().map(given -> List.of(checkedMirror(given))).orElseGet(this::hostMirrors);
    }

    private List<String> hostMirrors() {
        List<String> mirrors = new AptSources(host.aptFolder()).debianMirrors();
        if (mirrors.isEmpty()) {
            throw new GuestException(
                    "no Debian mirror in apt's configuration in %s: pass --mirror URL".formatted(host.aptFolder()));
        }
        return mirrors;
    }

    private static String checkedMirror(String given) {
        if (!given.matches("(https?://[^/\\s?#]+|file:/)[^\\s?#]*")) {
            throw new GuestException(
                    "--mirror %s: not an archive's address: pass an http, https or file URL, the folder above dists/"
                            .formatted(given));
        }
        return given.replaceFirst("/+$", "");
    }

    private interface LockedAction<T> {
        T run() throws IOException;
    }

    private <T> T locked(LockedAction<T> action) {
        try {
            Files.createDirectories(cacheFolder);
            try (FileChannel channel = FileChannel.open(
                            cacheFolder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                if (lock == null) {
                    throw busy();
                }
                return action.run();
            } catch (OverlappingFileLockException e) {
                throw busy();
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private GuestException busy() {
        return new GuestException(
                "%s: another retrovisor is changing this cache: wait for it to end".formatted(cacheFolder));
    }

    private GuestException unusable(IOException e) {
        return new GuestException(
                "%s: cannot use the cache (%s): look at its permissions and free space, or set XDG_CACHE_HOME"
                        .formatted(cacheFolder, Downloads.reason(e)),
                e);
    }
}
