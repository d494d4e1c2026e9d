package dev.retrovisor.traces;

import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.state.StateSource;
import dev.retrovisor.machine.state.StateWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongSupplier;

/**
 * Takes checkpoints of a machine on its way forwards: what was written since the last one is copied on the machine's thread,
 * and compressed and stored on another. Whatever goes wrong with that ends the checkpoints, never the run.
 *
 * <p>From its making on, the machine's page spaces must not be told to forget what was written by anybody else. All methods
 * are for the machine's thread, which may only do these.
 */
public final class Checkpointer implements AutoCloseable {
    /** Copies that may wait to be stored. */
    private static final long QUEUE_BYTES = 64L << 20;

    /** What storing a page costs, until that was measured. */
    private static final double FIRST_PAGE_NANOS = 10_000;

    /** The same for what a checkpoint costs beside its pages. */
    private static final double FIRST_FIXED_NANOS = 2_000_000;

    private static final Job CLOSE = new Job(null, null, 0);

    private final StateSource machine;
    private final List<PageSpace> spaces;
    private final CheckpointStore store;
    private final CheckpointPolicy policy;
    private final CheckpointBudget budget;
    private final LongSupplier clock;
    private final StateWriter sections = new StateWriter();
    private final PageCopies copies = new PageCopies(QUEUE_BYTES);
    private final LinkedBlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::store, "checkpoints");
    private StoredState last;
    private long lastNanos;
    private long lastStep;
    private boolean closed;
    private volatile double pageNanos = FIRST_PAGE_NANOS;
    private volatile double fixedNanos = FIRST_FIXED_NANOS;
    private volatile String notice;

    /** A checkpoint to be stored, of which the pages come behind it. */
    private record Job(Checkpoint facts, byte[] sections, long pages) {}

    /**
     * @param store for writing; closed with this
     * @param base the checkpoint at which the machine stands, or {@link StoredState#powerOn} of one that never forgot
     *     what was written
     * @param clock the host's, in nanoseconds
     */
    public Checkpointer(
            StateSource machine, CheckpointStore store, StoredState base, CheckpointPolicy policy, LongSupplier clock) {
        this.machine = machine;
        this.store = store;
        this.policy = policy;
        this.clock = clock;
        spaces = machine.pageSpaces();
        last = base;
        lastStep = machine.steps();
        lastNanos = clock.getAsLong();
        budget = new CheckpointBudget(store, policy.budgetBytes());
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether the policy wants a checkpoint where the machine stands. */
    public boolean isDue() {
        long passed = clock.getAsLong() - lastNanos;
        return notice == null
                && !closed
                && passed >= policy.leastNanos()
                && machine.steps() - lastStep >= Math.max(1, policy.leastSteps())
                && copies.hasRoom()
                && passed >= policy.sparing() * (fixedNanos + pageNanos * writtenPages());
    }

    private long writtenPages() {
        return spaces.stream().mapToLong(PageSpace::writtenPages).sum();
    }

    /** Takes an automatic checkpoint; the machine stands behind all inputs and hashes of its moment. */
    public void take(long inputs, long entries) {
        String name = "auto-%d".formatted(machine.steps());
        take(new Checkpoint(name, position(), inputs, entries, 0, 0, true, ""));
    }

    private void take(Checkpoint facts) {
        if (notice != null || closed) {
            return;
        }
        sections.clear();
        machine.save(sections);
        jobs.add(new Job(facts, sections.toByteArray(), writtenPages()));
        for (PageSpace space : spaces) {
            if (!copies.copy(PageFeed.writtenIn(space))) {
                return;
            }
            space.forgetWritten();
        }
        lastNanos = clock.getAsLong();
        lastStep = machine.steps();
    }

    private Position position() {
        return new Position(machine.steps(), machine.virtualNanos());
    }

    /** Why there are no more checkpoints, in words; empty while all is well. */
    public Optional<String> notice() {
        return Optional.ofNullable(notice);
    }

    /** What the thread of its own does. */
    private void store() {
        try {
            for (Job job = jobs.take(); job != CLOSE; job = jobs.take()) {
                store(job);
            }
        } catch (TraceFullException | UncheckedIOException | TraceFormatException | IllegalStateException e) {
            end(String.valueOf(e.getMessage()));
        } catch (InterruptedException _) {
            end("interrupted");
        } catch (RuntimeException | Error e) {
            end("internal error: " + e);
            throw e;
        }
    }

    private void store(Job job) {
        budget.requireRoom();
        long begun = clock.getAsLong();
        Checkpoint facts = store.find(job.facts().name()).isEmpty()
                ? job.facts()
                : job.facts()
                        .withName("%s-%d"
                                .formatted(
                                        job.facts().name(),
                                        job.facts().position().virtualNanos()));
        var pagesStored = new long[] {begun};
        List<PageFeed> pages = spaces.stream().map(_ -> timed(pagesStored)).toList();
        last = store.add(facts, job.sections(), last, pages);
        learn(pagesStored[0] - begun, clock.getAsLong() - pagesStored[0], job.pages());
        last = budget.keep(last);
    }

    private PageFeed timed(long[] end) {
        PageFeed pages = copies.copied();
        return receiver -> {
            pages.forEach(receiver);
            end[0] = clock.getAsLong();
        };
    }

    /** Takes over half of what was measured, as no two checkpoints are alike. */
    private void learn(long nanosOfPages, long nanosOfRest, long pages) {
        if (pages > 0) {
            pageNanos = (pageNanos + (double) nanosOfPages / pages) / 2;
        }
        fixedNanos = (fixedNanos + nanosOfRest) / 2;
    }

    private void end(String why) {
        notice = "no more checkpoints are taken: " + why;
        copies.abandon();
    }

    /** Waits until all that were taken are stored. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        jobs.add(CLOSE);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        store.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
