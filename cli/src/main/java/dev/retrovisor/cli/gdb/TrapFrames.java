package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.symbols.Symbols;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A {@code .debug_frame} that leads gdb from the kernel's trap handler to what was interrupted: its registers lie where the
 * stack pointer points, in a {@code struct pt_regs}, which begins with the program counter and x1 to x31.
 */
final class TrapFrames {
    private static final List<String> HANDLERS = List.of("handle_exception", "ret_from_exception");

    private static final int SP = 2;
    private static final int REGISTERS = 32;

    /** DWARF's number for where execution goes on, beside the registers' own, as Linux's signal frames have it. */
    private static final int RETURN_COLUMN = 64;

    private static final int COMMON_ID = -1;
    private static final int DEF_CFA = 0x0c;
    private static final int OFFSET = 0x80;
    private static final int OFFSET_EXTENDED = 0x05;
    private static final int MOST_BYTES = 512;

    private TrapFrames() {}

    static byte[] of(Symbols symbols) {
        ByteBuffer frames = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        common(frames);
        for (String name : HANDLERS) {
            symbols.function(name).map(Symbol::address).ifPresent(start -> {
                long end = symbols.next(start).orElse(start);
                // Nothing to add to what is common, and four bytes that say so.
                frames.putInt(24).putInt(0).putLong(start).putLong(end - start).putInt(0);
            });
        }
        byte[] bytes = new byte[frames.position()];
        frames.flip().get(bytes);
        return bytes;
    }

    /** DWARF 4, "Call Frame Information", "Common Information Entry"; S says that nothing was called. */
    private static void common(ByteBuffer frames) {
        frames.putInt(0).putInt(COMMON_ID).put((byte) 1);
        frames.put(new byte[] {'z', 'S', 0, 1, Long.BYTES, RETURN_COLUMN, 0});
        frames.put((byte) DEF_CFA).put((byte) SP).put((byte) 0);
        for (int i = 1; i < REGISTERS; i++) {
            frames.put((byte) (OFFSET | i)).put((byte) i);
        }
        frames.put((byte) OFFSET_EXTENDED).put((byte) RETURN_COLUMN).put((byte) 0);
        while ((frames.position() & Long.BYTES - 1) != 4) {
            frames.put((byte) 0); // no operation
        }
        frames.putInt(0, frames.position() - Integer.BYTES);
    }
}
