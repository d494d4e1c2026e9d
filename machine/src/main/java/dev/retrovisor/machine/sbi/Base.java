package dev.retrovisor.machine.sbi;

import java.util.Map;

/** Base extension: version and which extensions there are. */
final class Base implements SbiExtension {
    private static final long VERSION_2_0 = 2L << 24;

    /** Not assigned to anyone: implementation numbers 0 to 11 are taken. */
    private static final long IMPLEMENTATION = 0x5256;

    private static final long IMPLEMENTATION_VERSION = 1;

    private final Map<Integer, SbiExtension> extensions;

    Base(Map<Integer, SbiExtension> extensions) {
        this.extensions = extensions;
    }

    @Override
    public int id() {
        return 0x10;
    }

    @Override
    public long call(SbiCall call) {
        switch ((int) call.function()) {
            case 0 -> call.setValue(VERSION_2_0);
            case 1 -> call.setValue(IMPLEMENTATION);
            case 2 -> call.setValue(IMPLEMENTATION_VERSION);
            case 3 -> call.setValue(extensions.containsKey((int) call.argument(0)) ? 1 : 0);
            case 4, 5, 6 -> call.setValue(0); // mvendorid, marchid, mimpid
            default -> {
                return NOT_SUPPORTED;
            }
        }
        return SUCCESS;
    }
}
