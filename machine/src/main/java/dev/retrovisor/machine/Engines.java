package dev.retrovisor.machine;

import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.Translations;
import dev.retrovisor.machine.interpreter.Interpreter;
import dev.retrovisor.machine.memory.Ram;
import dev.retrovisor.machine.time.Clock;
import dev.retrovisor.machine.translator.CodeMemory;
import dev.retrovisor.machine.translator.Translator;
import dev.retrovisor.machine.translator.x86.X86Compiler;
import dev.retrovisor.machine.translator.x86.X86Host;
import java.util.List;

/** Makes engines, and falls back where the host can't have the one that was asked for. */
final class Engines {
    private static final int CODE_BYTES = 64 << 20;

    /**
     * An engine.
     *
     * @param choice what it is
     * @param notice why it is not the engine that was asked for; empty if it is
     */
    record Made(Engine engine, EngineChoice choice, String notice) {}

    /** How a machine gets its engine; tests put a broken one in. */
    interface Maker {
        Made make(EngineChoice choice, List<Hart> harts, Ram ram, Clock clock, Translations translations);
    }

    private Engines() {}

    /** One engine; of the two of {@link EngineChoice#LOCKSTEP} the translator. */
    static Made make(EngineChoice choice, List<Hart> harts, Ram ram, Clock clock, Translations translations) {
        return make(choice, harts, ram, clock, translations, CODE_BYTES);
    }

    /** The same, with so much memory for host code. */
    static Made make(
            EngineChoice choice, List<Hart> harts, Ram ram, Clock clock, Translations translations, int codeBytes) {
        var interpreter = new Interpreter(harts, ram, clock, translations);
        if (choice == EngineChoice.INTERPRETER) {
            return new Made(interpreter, EngineChoice.INTERPRETER, "");
        }
        CodeMemory memory = null;
        try {
            X86Host.requireArchitecture();
            memory = new CodeMemory(codeBytes);
            X86Host.requireFeatures(memory);
        } catch (UnsupportedOperationException refused) {
            if (memory != null) {
                memory.close();
            }
            return new Made(interpreter, EngineChoice.INTERPRETER, refused.getMessage());
        }
        var translator = new Translator(
                harts, ram, clock, translations, interpreter, new X86Compiler(harts.size() == 1), memory);
        return new Made(translator, EngineChoice.TRANSLATOR, "");
    }
}
