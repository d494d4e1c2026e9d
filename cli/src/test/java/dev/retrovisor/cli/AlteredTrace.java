package dev.retrovisor.cli;

import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.traces.BootFiles;
import dev.retrovisor.traces.Manifest;
import dev.retrovisor.traces.TraceEntry;
import dev.retrovisor.traces.TraceReader;
import dev.retrovisor.traces.TraceWriter;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** Copies of traces with something changed, and all checksums right again. */
final class AlteredTrace {
    private AlteredTrace() {}

    /** As if a build with another machine model had recorded it. */
    static Path ofModel(int model, String product, Path original, Path copy) {
        try (var trace = TraceReader.open(original)) {
            Manifest m = trace.manifest();
            var by = new Manifest.RecordedBy(
                    product, m.recordedBy().java(), m.recordedBy().system());
            var manifest =
                    new Manifest(model, m.config(), m.images(), m.disks(), m.guest(), by, m.createdAt(), m.start());
            copy(trace, manifest, copy, hash -> hash);
        }
        return copy;
    }

    /** With state hashes that no machine has. */
    static Path withOtherHashes(Path original, Path copy) {
        try (var trace = TraceReader.open(original)) {
            copy(
                    trace,
                    trace.manifest(),
                    copy,
                    hash -> new TraceEntry.StateHash(hash.step(), hash.virtualNanos(), hash.hash() ^ 1, hash.kind()));
        }
        return copy;
    }

    private static void copy(
            TraceReader trace, Manifest manifest, Path copy, UnaryOperator<TraceEntry.StateHash> change) {
        try (var inputs = trace.inputs();
                var events = trace.events();
                var writer = TraceWriter.create(copy, manifest, BootFiles.of(trace.bootImages()))) {
            while (inputs.peek() != null) {
                writer.append(inputs.next());
            }
            while (events.peek() != null) {
                switch (events.next()) {
                    case TraceEntry.Device(DeviceEvent event) -> writer.append(event);
                    case TraceEntry.StateHash hash -> writer.append(change.apply(hash));
                }
            }
            writer.end(trace.durableEnd().end().orElseThrow());
        }
    }
}
