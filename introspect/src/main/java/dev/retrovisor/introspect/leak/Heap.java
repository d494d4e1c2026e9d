package dev.retrovisor.introspect.leak;

/** The heap of one process, of the program that it ran last; or the kernel's own, as process 0. */
public final class Heap {
    private final int pid;
    private String comm;
    private Ledger ledger;
    private long memory;
    private boolean exited;

    Heap(int pid, String comm, Ledger ledger) {
        this.pid = pid;
        this.comm = comm;
        this.ledger = ledger;
    }

    public int pid() {
        return pid;
    }

    /** The process's name, raw. */
    public String comm() {
        return comm;
    }

    public Ledger ledger() {
        return ledger;
    }

    /** Whether the process has ended: what it holds is what it held last. */
    public boolean hasExited() {
        return exited;
    }

    /** Names the process's memory. */
    long memory() {
        return memory;
    }

    void setMemory(long newMemory) {
        memory = newMemory;
    }

    void rename(String newComm) {
        comm = newComm;
    }

    /** Another program: nothing of the old one's is left. */
    void begin() {
        ledger = new Ledger();
    }

    void end(boolean isLast) {
        exited |= isLast;
    }
}
