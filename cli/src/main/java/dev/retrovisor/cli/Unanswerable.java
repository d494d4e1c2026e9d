package dev.retrovisor.cli;

import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.symbols.MissingSymbolException;
import dev.retrovisor.introspect.types.MissingTypeException;

/** A question that this guest's kernel gives no answer to; the message says which and why. */
public final class Unanswerable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Unanswerable(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Asks something.
     *
     * @param question an inspection's or a stream's name
     * @throws Unanswerable if the kernel lacks what it needs
     */
    public static void guard(String question, KernelView kernel, Runnable ask) {
        try {
            ask.run();
        } catch (MissingTypeException | MissingSymbolException e) {
            throw new Unanswerable(
                    "%s: not on this kernel (%s): %s%s"
                            .formatted(question, kernel.facts().release(), e.getMessage(), hint(kernel)),
                    e);
        }
    }

    private static String hint(KernelView kernel) {
        return kernel.types().isEmpty() ? "; --isf FILE gives a kernel the types of a symbol file" : "";
    }
}
