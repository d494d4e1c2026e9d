package dev.retrovisor.machine.hart;

/** Kinds of memory access: as int constants, because they are compared on every page walk. */
final class Access {
    static final int LOAD = 0;
    static final int STORE = 1;
    static final int FETCH = 2;

    private Access() {}

    static int pageFault(int access) {
        return switch (access) {
            case LOAD -> Cause.LOAD_PAGE_FAULT;
            case STORE -> Cause.STORE_PAGE_FAULT;
            default -> Cause.INSTRUCTION_PAGE_FAULT;
        };
    }

    static int accessFault(int access) {
        return switch (access) {
            case LOAD -> Cause.LOAD_ACCESS_FAULT;
            case STORE -> Cause.STORE_ACCESS_FAULT;
            default -> Cause.INSTRUCTION_ACCESS_FAULT;
        };
    }
}
