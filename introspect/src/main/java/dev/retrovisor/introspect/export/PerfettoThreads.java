package dev.retrovisor.introspect.export;

import dev.retrovisor.introspect.event.Moment;
import java.util.HashMap;
import java.util.Map;

/** The tracks of harts, processes and threads, made as they are met. A number that is used again gets a new track. */
final class PerfettoThreads {
    private final PerfettoTrace trace;
    private final Map<Integer, Long> harts = new HashMap<>();
    private final Map<Integer, Named> processes = new HashMap<>();
    private final Map<Integer, Named> threads = new HashMap<>();

    /** A track and the name that it has. */
    private record Named(long track, String name) {}

    PerfettoThreads(PerfettoTrace trace) {
        this.trace = trace;
    }

    long hart(int hart) {
        return harts.computeIfAbsent(hart, number -> trace.track(0, "hart " + number));
    }

    /** The track of the thread that an event is of; its name follows the thread's. */
    long thread(Moment at) {
        return thread(at.pid(), at.tid(), at.comm());
    }

    long thread(int pid, int tid, String comm) {
        process(pid, tid, comm);
        String name = Xml.visible(comm);
        Named known = threads.get(tid);
        if (known == null) {
            known = new Named(trace.thread(pid, tid, name), name);
            threads.put(tid, known);
        } else if (!known.name().equals(name)) {
            trace.describeThread(known.track(), pid, tid, name);
            threads.put(tid, new Named(known.track(), name));
        }
        return known.track();
    }

    long process(Moment at) {
        return process(at.pid(), at.tid(), at.comm());
    }

    /** A process is named as its first thread. */
    private long process(int pid, int tid, String comm) {
        String name = Xml.visible(comm);
        Named known = processes.get(pid);
        if (known == null) {
            known = new Named(trace.process(pid, name), name);
            processes.put(pid, known);
        } else if (pid == tid && !known.name().equals(name)) {
            trace.describeProcess(known.track(), pid, name);
            processes.put(pid, new Named(known.track(), name));
        }
        return known.track();
    }

    void rename(int pid, int tid, String comm) {
        thread(pid, tid, comm);
    }

    /** The numbers may be of others from now on. */
    void forget(int pid, int tid) {
        threads.remove(tid);
        if (pid == tid) {
            processes.remove(pid);
        }
    }
}
