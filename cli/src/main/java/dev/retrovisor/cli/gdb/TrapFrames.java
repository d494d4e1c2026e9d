package dev.retrovisor.cli.gdb;

import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.symbols.Symbols;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A {@code .debug_frame} that leads gdb from the kernel's trap handler to what was interrupted: its registers lie where the
 * stack pointer points, in a {@code struct pt_regs}, which begins with the program counter and x1 to x31. It also ends stacks
 * where they begin.
 */
final class TrapFrames {
    private static final List<String> HANDLERS = List.of("handle_exception", "ret_from_exception");

    /** What nobody calls: where the boot, a thread of the kernel's and a fork's child begin. */
    private static final List<String> OUTERMOST =
            List.of("_start_kernel", "secondary_start_sbi", "ret_from_fork", "ret_from_fork_kernel_asm");

    private static final int RA = 1;
    private static final int SP = 2;
    private static final int REGISTERS = 32;

    /** DWARF's number for where execution goes on, beside the registers' own, as Linux's signal frames have it. */
    private static final int RETURN_COLUMN = 64;

    private static final int COMMON_ID = -1;
    private static final int DEF_CFA = 0x0c;
    private static final int OFFSET = 0x80;
    private static final int OFFSET_EXTENDED = 0x05;
    private static final int UNDEFINED = 0x07;
    private static final int MOST_BYTES = 512;

    private TrapFrames() {}

    static byte[] of(Symbols symbols) {
        ByteBuffer frames = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        trapped(frames);
        HANDLERS.forEach(name -> function(frames, symbols, name, 0));
        int outermost = frames.position();
        uncalled(frames);
        OUTERMOST.forEach(name -> function(frames, symbols, name, outermost));
        byte[] bytes = new byte[frames.position()];
        frames.flip().get(bytes);
        return bytes;
    }

    /** A function with nothing to add to what is common, and four bytes that say so. */
    private static void function(ByteBuffer frames, Symbols symbols, String name, int common) {
        symbols.function(name).map(Symbol::address).ifPresent(start -> {
            long end = symbols.next(start).orElse(start);
            frames.putInt(24).putInt(common).putLong(start).putLong(end - start).putInt(0);
        });
    }

    private static void uncalled(ByteBuffer frames) {
        int start = frames.position();
        frames.putInt(0).putInt(COMMON_ID).put((byte) 1);
        frames.put(new byte[] {'z', 0, 1, Long.BYTES, RA, 0});
        frames.put((byte) DEF_CFA).put((byte) SP).put((byte) 0);
        frames.put((byte) UNDEFINED).put((byte) RA);
        end(frames, start);
    }

    /** DWARF 4, "Call Frame Information", "Common Information Entry"; S says that nothing was called. */
    private static void trapped(ByteBuffer frames) {
        frames.putInt(0).putInt(COMMON_ID).put((byte) 1);
        frames.put(new byte[] {'z', 'S', 0, 1, Long.BYTES, RETURN_COLUMN, 0});
        frames.put((byte) DEF_CFA).put((byte) SP).put((byte) 0);
        for (int i = 1; i < REGISTERS; i++) {
            frames.put((byte) (OFFSET | i)).put((byte) i);
        }
        frames.put((byte) OFFSET_EXTENDED).put((byte) RETURN_COLUMN).put((byte) 0);
        end(frames, 0);
    }

    private static void end(ByteBuffer frames, int start) {
        while ((frames.position() - start - Integer.BYTES) % Long.BYTES != 0) {
            frames.put((byte) 0); // no operation
        }
        frames.putInt(start, frames.position() - start - Integer.BYTES);
    }
}
