package dev.retrovisor.machine.sbi;

import dev.retrovisor.machine.hart.Hart;

/** One extension of the SBI. Values that a function returns beside its error go to {@link SbiCall#setValue}. */
interface SbiExtension {
    // Errors (SBI specification, "Binary Encoding").
    long SUCCESS = 0;
    long NOT_SUPPORTED = -2;
    long INVALID_PARAMETER = -3;
    long INVALID_ADDRESS = -5;
    long ALREADY_AVAILABLE = -6;

    /** The extension's number, as software passes it in a7. */
    int id();

    /** Serves a function and returns its error, {@link #SUCCESS} or another of the numbers above. */
    long call(SbiCall call);

    /** One call: who makes it, and its arguments. */
    final class SbiCall {
        private static final int A0 = 10;
        private static final int A6 = 16;

        private final Hart hart;
        private long value;
        private boolean returns = true;

        SbiCall(Hart hart) {
            this.hart = hart;
        }

        Hart hart() {
            return hart;
        }

        /** The function's number. */
        long function() {
            return hart.state().x(A6);
        }

        /** Argument {@code index}, 0 to 5. */
        long argument(int index) {
            return hart.state().x(A0 + index);
        }

        void setValue(long newValue) {
            value = newValue;
        }

        long value() {
            return value;
        }

        /** Says that the caller goes on elsewhere, with registers of its own. */
        void doesNotReturn() {
            returns = false;
        }

        boolean returns() {
            return returns;
        }
    }
}
