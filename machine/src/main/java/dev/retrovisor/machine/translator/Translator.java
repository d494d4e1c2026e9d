package dev.retrovisor.machine.translator;

import dev.retrovisor.machine.Engine;
import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Translations;
import dev.retrovisor.machine.interpreter.Interpreter;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.time.Clock;
import java.util.List;

/**
 * Runs harts, one at a time, as host code that it writes block by block at first execution. What host code has no answer
 * for is done here or by the interpreter, and host code goes on: state at any step is the interpreter's to the bit.
 */
public final class Translator implements Engine {
    /** What host code returns when it wants the block at the state's pc. */
    public static final int LOOK_UP = 0x7FFF_FFFF;

    private final List<TranslatedHart> harts;
    private final BlockCache blocks;
    private final TranslatorStatistics statistics = new TranslatorStatistics();

    /** @param memory for code, closed with the engine */
    public Translator(
            List<Hart> harts,
            Ram ram,
            Clock clock,
            Translations translations,
            Interpreter interpreter,
            BlockCompiler compiler,
            CodeMemory memory) {
        long enter = memory.end();
        blocks = new BlockCache(ram, compiler, memory, translations.probes(), statistics);
        translations.watchCode(blocks);
        var entry = new NativeEntry(enter);
        this.harts = harts.stream()
                .map(hart -> new TranslatedHart(
                        hart,
                        ram,
                        clock,
                        interpreter,
                        blocks,
                        entry,
                        translations.probes().pcs(),
                        statistics))
                .toList();
        for (Hart hart : harts) {
            hart.state().set(HartState.JUMP_CACHE, blocks.jumps().address());
            hart.state().setBytes(HartState.FLOAT_FLAGS, compiler.floatFlags());
            hart.state().set(HartState.MXCSR_HOST, compiler.floatControl());
            hart.state().set(HartState.RAM_ADDEND, ram.hostAddress(0));
        }
    }

    @Override
    public void run(int hart, long steps) {
        harts.get(hart).run(steps);
    }

    @Override
    public List<Count> statistics() {
        return statistics.counts(blocks.codeBytes());
    }

    @Override
    public void close() {
        blocks.close();
    }
}
