package dev.retrovisor.cli.gdb;

import dev.retrovisor.cli.gdb.StopEvent.Reason;
import java.util.List;

/** Going on, both ways, and how that ended. */
final class MotionPackets implements PacketGroup {
    /** Registers that gdb wants at each stop. */
    private static final List<Integer> EXPEDITED = List.of(Register.RA, Register.SP, Register.FP, Register.PC_NUMBER);

    private final Session session;
    private StopEvent last;

    MotionPackets(Session session) {
        this.session = session;
    }

    @Override
    public List<Row> rows() {
        return List.of(
                new Row("?", _ -> text(last == null ? here() : last)),
                new Row("vCont", this::goOn),
                new Row("c", arguments -> goOn(false, false, arguments)),
                new Row("s", arguments -> goOn(false, true, arguments)),
                new Row("C", arguments -> goOn(false, false, withoutSignal(arguments))),
                new Row("S", arguments -> goOn(false, true, withoutSignal(arguments))),
                new Row("bc", _ -> goOn(true, false, "")),
                new Row("bs", _ -> goOn(true, true, "")));
    }

    private StopEvent here() {
        return new StopEvent(session.target().stoppedThread(), new Reason.Stepped());
    }

    private static String withoutSignal(String arguments) {
        int semicolon = arguments.indexOf(';');
        return semicolon < 0 ? "" : arguments.substring(semicolon + 1);
    }

    private String goOn(boolean isBackward, boolean isStep, String address) {
        if (!address.isEmpty()) {
            throw new GdbError("execution goes on where it stands, not at another address");
        }
        if (isBackward && !session.target().canGoBack()) {
            throw new GdbError("a machine that runs live has no past: record it, and let gdb go back in the recording");
        }
        return go(new Motion(isBackward, isStep, session.motionThread()));
    }

    private String go(Motion motion) {
        return stopped(session.target().resume(motion, session.connection()::isInterrupted));
    }

    private String stopped(StopEvent event) {
        last = event;
        session.setGeneralThread(ThreadId.ANY);
        return text(event);
    }

    /** {@code vCont?} and {@code vCont;ACTION[:THREAD]...}: the first action that fits a thread counts. */
    private String goOn(String arguments) {
        if (arguments.equals("?")) {
            return "vCont;c;C;s;S;t;r";
        }
        boolean isAnyToRun = false;
        for (String each : arguments.replaceFirst("^;", "").split(";", -1)) {
            int colon = each.indexOf(':');
            String action = colon < 0 ? each : each.substring(0, colon);
            var thread = new ThreadId(ThreadId.ALL);
            if (colon >= 0) {
                thread = ThreadId.parse(each.substring(colon + 1));
            }
            switch (action.isEmpty() ? ' ' : action.charAt(0)) {
                case 's', 'S' -> {
                    return go(new Motion(false, true, thread.isOne() ? thread.number() : session.motionThread()));
                }
                case 'r' -> {
                    return stepInside(action.substring(1), thread.isOne() ? thread.number() : session.motionThread());
                }
                case 'c', 'C' -> isAnyToRun = true;
                case 't' -> {}
                default -> throw new GdbError("vCont: no action '%s'".formatted(action));
            }
        }
        // All threads move together: as long as one is to run, all do.
        return isAnyToRun ? go(new Motion(false, false, session.motionThread())) : stopped(here());
    }

    /** Steps while the thread is between two addresses. */
    private String stepInside(String range, long thread) {
        String[] ends = range.split(",", -1);
        if (ends.length != 2) {
            throw new GdbError("vCont;r: from where to where?");
        }
        long start = Hex.number(ends[0]);
        long end = Hex.number(ends[1]);
        Register pc = session.target().registers().get(Register.PC_NUMBER);
        while (true) {
            StopEvent event =
                    session.target().resume(new Motion(false, true, thread), session.connection()::isInterrupted);
            long at = session.target().register(thread, pc).orElse(end);
            boolean isInside = at - start >= 0 && at - end < 0;
            if (!isInside || !(event.reason() instanceof Reason.Stepped)) {
                return stopped(event);
            }
            if (session.connection().isInterrupted()) {
                return stopped(new StopEvent(thread, new Reason.Interrupted()));
            }
        }
    }

    private String text(StopEvent event) {
        if (event.reason() instanceof Reason.Gone) {
            return "W00";
        }
        var text = new StringBuilder("T%02x".formatted(event.signal()));
        switch (event.reason()) {
            case Reason.Met(Breakpoint breakpoint) ->
                text.append(breakpoint.kind().word())
                        .append(breakpoint.isWatchpoint() ? ":%x;".formatted(breakpoint.address()) : ":;");
            case Reason.HistoryBegins _ -> text.append("replaylog:begin;");
            case Reason.HistoryEnds _ -> text.append("replaylog:end;");
            case Reason.Stepped _, Reason.Interrupted _, Reason.Gone _ -> {}
        }
        for (int number : EXPEDITED) {
            Register register = session.target().registers().get(number);
            text.append("%02x:%s;".formatted(number, RegisterPackets.text(session, event.thread(), register)));
        }
        return text.append("thread:")
                .append(session.idText(event.thread()))
                .append(';')
                .toString();
    }
}
