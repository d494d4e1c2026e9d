package dev.retrovisor.traces;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.function.ToLongFunction;

/**
 * What a trace's checkpoints take on disk.
 *
 * @param totalBytes all files
 * @param unusedBytes of them pages that no checkpoint has any more, which a compaction gives back
 * @param ownBytes by name, what would be given back if this checkpoint alone were dropped
 */
public record CheckpointUsage(long totalBytes, long unusedBytes, Map<String, Long> ownBytes) {
    private static final long SHARED = Long.MAX_VALUE;

    public CheckpointUsage {
        ownBytes = Map.copyOf(ownBytes);
    }

    /**
     * Looks through all checkpoints.
     *
     * @param sizeOf bytes of a checkpoint's own file
     * @param recordBytes bytes of a stored page
     */
    static CheckpointUsage of(
            CheckpointStore store,
            List<Checkpoint> checkpoints,
            ToLongFunction<Checkpoint> sizeOf,
            LongUnaryOperator recordBytes,
            long pageFilesBytes) {
        var owners = new NameTable();
        var own = new HashMap<String, Long>();
        long total = pageFilesBytes;
        for (int i = 0; i < checkpoints.size(); i++) {
            int owner = i;
            for (PageMap map : store.load(checkpoints.get(i)).maps()) {
                map.forEach((_, name, _) -> {
                    if (PageName.isRecord(name)) {
                        long known = owners.get(name);
                        owners.put(name, known == NameTable.NONE || known == owner ? owner : SHARED);
                    }
                });
            }
            long fileBytes = sizeOf.applyAsLong(checkpoints.get(i));
            own.put(checkpoints.get(i).name(), fileBytes);
            total += fileBytes;
        }
        long used = 0;
        for (long name : owners.sortedNames()) {
            long bytes = recordBytes.applyAsLong(name);
            used += bytes;
            long owner = owners.get(name);
            if (owner != SHARED) {
                own.merge(checkpoints.get((int) owner).name(), bytes, Long::sum);
            }
        }
        return new CheckpointUsage(total, Math.max(0, pageFilesBytes - used), own);
    }
}
