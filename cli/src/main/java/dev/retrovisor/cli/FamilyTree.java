package dev.retrovisor.cli;

import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.TraceFamily;
import dev.retrovisor.traces.TraceFormatException;
import dev.retrovisor.traces.TraceReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Traces that go on from each other, as far as they are found. */
final class FamilyTree {
    private final List<Path> given;
    private final Consumer<String> notes;
    private final Map<String, FamilyMember> members = new LinkedHashMap<>();

    /**
     * An empty one.
     *
     * @param given folders in which parents may be as well
     * @param notes is told of traces that can't be read, and left out
     */
    FamilyTree(List<Path> given, Consumer<String> notes) {
        this.given = given;
        this.notes = notes;
    }

    /** Adds all traces in a folder. */
    void addAllIn(Path folder) {
        TraceFamily.tracesIn(folder).forEach(this::add);
    }

    /** Adds a trace, its ancestors, and all that descend from the oldest of them. */
    void addFamilyOf(Path trace) {
        var folders = new LinkedHashSet<Path>();
        Optional<Path> next = Optional.of(trace);
        String oldest = "";
        while (next.isPresent()) {
            folders.add(TraceFamily.folderOf(next.get()));
            FamilyMember member = read(next.get());
            members.put(member.manifestSha256(), member);
            oldest = member.manifestSha256();
            next = parentFolder(member);
        }
        folders.forEach(this::addAllIn);
        String root = oldest;
        members.values().removeIf(member -> !descendsFrom(member, root));
    }

    private boolean descendsFrom(FamilyMember member, String root) {
        Optional<FamilyMember> at = Optional.of(member);
        while (at.isPresent()) {
            if (at.get().manifestSha256().equals(root)) {
                return true;
            }
            at = parent(at.get());
        }
        return false;
    }

    private void add(Path folder) {
        String hash = TraceFamily.manifestSha256(folder).orElse("");
        if (members.containsKey(hash)) {
            return;
        }
        try {
            FamilyMember member = read(folder);
            members.put(member.manifestSha256(), member);
        } catch (TraceFormatException e) {
            notes.accept("left out: " + e.getMessage());
        }
    }

    private FamilyMember read(Path folder) {
        Optional<Path> parent;
        try (TraceReader reader = TraceReader.open(folder)) {
            parent = parentFolder(folder, reader.manifest());
        }
        return FamilyMember.of(folder, parent);
    }

    private Optional<Path> parentFolder(FamilyMember member) {
        return parentFolder(member.folder(), member.manifest());
    }

    private Optional<Path> parentFolder(Path folder, Manifest manifest) {
        return switch (manifest.start()) {
            case Manifest.PowerOn _ -> Optional.empty();
            case Manifest.Resumed start -> TraceFamily.parent(folder, start.parent(), given);
        };
    }

    /** The trace that another goes on from, if it is among them. */
    Optional<FamilyMember> parent(FamilyMember member) {
        return switch (member.manifest().start()) {
            case Manifest.PowerOn _ -> Optional.empty();
            case Manifest.Resumed start ->
                Optional.ofNullable(members.get(start.parent().manifestSha256()));
        };
    }

    /** Those that go on from none of the others. */
    List<FamilyMember> roots() {
        var roots = new ArrayList<>(members.values());
        roots.removeIf(member -> parent(member).isPresent());
        return sorted(roots);
    }

    /** Those that go on from one. */
    List<FamilyMember> children(FamilyMember member) {
        var children = new ArrayList<>(members.values());
        children.removeIf(child -> parent(child).filter(member::equals).isEmpty());
        return sorted(children);
    }

    private static List<FamilyMember> sorted(List<FamilyMember> members) {
        members.sort(Comparator.comparing(
                        (FamilyMember member) -> member.manifest().start().position())
                .thenComparing(FamilyMember::folder));
        return members;
    }
}
