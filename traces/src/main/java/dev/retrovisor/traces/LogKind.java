package dev.retrovisor.traces;

/** The two logs of a trace; the code stands in block headers, the folder under the trace's. */
enum LogKind {
    INPUTS(0, "inputs"),
    EVENTS(1, "events");

    private final int code;
    private final String folder;

    LogKind(int code, String folder) {
        this.code = code;
        this.folder = folder;
    }

    int code() {
        return code;
    }

    String folder() {
        return folder;
    }
}
