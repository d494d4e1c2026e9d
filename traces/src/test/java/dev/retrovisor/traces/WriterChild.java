package dev.retrovisor.traces;

import java.nio.file.Path;

/**
 * Writes seeded entries until it is killed, the disk is full or the count is reached. Says on standard output how many
 * were appended when a flush returned, and how it ended.
 */
final class WriterChild {
    private WriterChild() {}

    /** @param arguments folder, seed, most entries, entries between flushes */
    public static void main(String[] arguments) {
        var samples = new Samples(Long.parseLong(arguments[1]));
        long count = Long.parseLong(arguments[2]);
        int flushEvery = Integer.parseInt(arguments[3]);
        try (var writer = TraceWriter.create(Path.of(arguments[0]), Samples.manifest(), Samples.BOOT)) {
            EndReason reason = EndReason.LIMIT;
            try {
                for (long i = 1; i <= count; i++) {
                    samples.appendTo(writer);
                    if (i % flushEvery == 0) {
                        writer.flush(
                                samples.position().step(), samples.position().virtualNanos());
                        System.out.println("flushed " + i);
                    }
                }
            } catch (TraceFullException e) {
                System.out.println("full " + e.getMessage());
                reason = EndReason.TRACE_FULL;
            }
            writer.end(
                    new EndRecord(samples.position().step(), samples.position().virtualNanos(), reason, ""));
        } catch (TraceFullException e) {
            System.out.println("refused " + e.getMessage());
        }
        System.out.println("closed");
    }
}
