package dev.retrovisor.traces;

import java.util.ArrayList;
import java.util.List;

/** Keeps a trace's checkpoints within the room that they may have, and leaves some on the disk for the logs. */
final class CheckpointBudget {
    /** Room on the disk below which checkpoints end, so that it is not they that end the recording. */
    private static final long LEAST_FREE_BYTES = 256L << 20;

    private final CheckpointStore store;
    private final long budgetBytes;
    private long takenBytes;

    CheckpointBudget(CheckpointStore store, long budgetBytes) {
        this.store = store;
        this.budgetBytes = budgetBytes;
        takenBytes = store.totalBytes();
    }

    /** @throws TraceFullException if the disk is nearly full */
    void requireRoom() {
        long free = store.freeBytes();
        if (free < LEAST_FREE_BYTES) {
            throw new TraceFullException("the disk has only %,d MiB left".formatted(free >> 20), null);
        }
    }

    /**
     * Drops automatic checkpoints if all together take too much, so that about half of the budget is free again: those whose
     * loss leaves the smallest gaps, as the seek to any position should stay short.
     *
     * @param newest what was just added, which stays
     * @return the same, as it is stored now
     * @throws TraceFullException if what must stay leaves no room for more
     */
    StoredState keep(StoredState newest) {
        takenBytes += store.addedBytes();
        if (takenBytes <= budgetBytes) {
            return newest;
        }
        long wanted = budgetBytes / 2;
        long used = usedBytes();
        while (used > wanted) {
            List<String> dropped = leastMissed(store.list(), newest.checkpoint());
            if (dropped.isEmpty()) {
                break;
            }
            store.delete(dropped);
            used = usedBytes();
        }
        store.compact();
        takenBytes = store.totalBytes();
        if (used > budgetBytes) {
            throw new TraceFullException(
                    "the checkpoints that have names take %,d MiB, the budget is %,d"
                            .formatted(used >> 20, budgetBytes >> 20),
                    null);
        }
        return store.load(newest.checkpoint());
    }

    private long usedBytes() {
        CheckpointUsage usage = store.usage();
        return usage.totalBytes() - usage.unusedBytes();
    }

    /** A third of the automatic checkpoints, at least one: again and again the one with the smallest gap around it. */
    static List<String> leastMissed(List<Checkpoint> checkpoints, Checkpoint kept) {
        List<Checkpoint> left = new ArrayList<>(checkpoints);
        List<String> dropped = new ArrayList<>();
        long automatic = checkpoints.stream().filter(Checkpoint::automatic).count();
        for (long count = (automatic + 2) / 3; count > 0; count--) {
            int least = -1;
            long leastGap = Long.MAX_VALUE;
            for (int i = 0; i < left.size(); i++) {
                long before = i == 0 ? 0 : left.get(i - 1).position().step();
                long behind =
                        left.get(Math.min(i + 1, left.size() - 1)).position().step();
                boolean mayGo = left.get(i).automatic() && !left.get(i).name().equals(kept.name());
                if (mayGo && behind - before < leastGap) {
                    leastGap = behind - before;
                    least = i;
                }
            }
            if (least < 0) {
                break;
            }
            dropped.add(left.remove(least).name());
        }
        return dropped;
    }
}
