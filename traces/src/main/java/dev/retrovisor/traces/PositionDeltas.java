package dev.retrovisor.traces;

/**
 * The moment of the last entry, against which the next one is coded: steps as a difference, and virtual time as the
 * change of what it is ahead of steps (idle time), which is 0 while the machine works.
 */
final class PositionDeltas {
    private long step;
    private long idleNanos;

    /** Starts a block, whose header holds this position. */
    void begin(Position position) {
        step = position.step();
        idleNanos = position.virtualNanos() - position.step();
    }

    void putStep(ByteSink out, long newStep) {
        out.putVarint(newStep - step);
        step = newStep;
    }

    void putIdle(ByteSink out, long virtualNanos) {
        long newIdle = virtualNanos - step;
        out.putZigzag(newIdle - idleNanos);
        idleNanos = newIdle;
    }

    long getStep(ByteSource in) {
        return advance(in, in.getVarint());
    }

    /** Moves on by a difference that was read. */
    long advance(ByteSource in, long stepDelta) {
        long newStep = step + stepDelta;
        if (stepDelta < 0 || newStep < 0) {
            throw in.bad("step " + step + " + " + Long.toUnsignedString(stepDelta), "a step that fits 63 bits");
        }
        step = newStep;
        return step;
    }

    /** Says that an entry was coded whose steps were written apart. */
    void setStep(long newStep) {
        step = newStep;
    }

    long step() {
        return step;
    }

    long getNanos(ByteSource in) {
        idleNanos += in.getZigzag();
        return step + idleNanos;
    }
}
