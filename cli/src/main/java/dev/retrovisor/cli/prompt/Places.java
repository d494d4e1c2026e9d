package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.NearWords;
import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.replayer.ReplayException;
import dev.retrovisor.replayer.ReplayTarget;
import dev.retrovisor.traces.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Places in a trace as they are named at a prompt: from where one stands, by bookmarks, and as everywhere. */
final class Places {
    static final String SYNTAX = ReplayTarget.SYNTAX
            + "; at the prompt also start, a bookmark, +N and -N steps or virtual time from here (+5M, -20us), and - for"
            + " where the machine was before";

    private static final Pattern RELATIVE = Pattern.compile("([+-])(.+)");
    private static final String TIME_UNITS = ".*(ns|us|ms|s|m|h)";

    private final Session session;

    Places(Session session) {
        this.session = session;
    }

    /**
     * Reads a place.
     *
     * @throws UserMistake if it is none
     */
    ReplayTarget parse(String text) {
        Optional<ReplayTarget> found = find(text);
        if (found.isPresent()) {
            return found.get();
        }
        try {
            return ReplayTarget.parse(text);
        } catch (ReplayException e) {
            List<String> words = new ArrayList<>(session.bookmarks().names());
            words.addAll(List.of("start", "end"));
            throw new UserMistake(e.getMessage() + NearWords.hint(text, words), e);
        }
    }

    /** What only a prompt knows. */
    Optional<ReplayTarget> find(String text) {
        if (text.equals("start")) {
            return Optional.of(new ReplayTarget.At(session.timeline().start()));
        }
        if (text.equals("-")) {
            return Optional.of(new ReplayTarget.At(session.previous()));
        }
        Matcher relative = RELATIVE.matcher(text);
        if (relative.matches()) {
            return Optional.of(relative(relative.group(1).equals("+") ? 1 : -1, relative.group(2)));
        }
        return session.bookmarks().find(text).map(Bookmarks.Bookmark::position).map(ReplayTarget.At::new);
    }

    private ReplayTarget relative(int sign, String distance) {
        Position here = session.position();
        boolean isTime = distance.matches(TIME_UNITS);
        return switch (ReplayTarget.parse(isTime ? "boot+" + distance : distance)) {
            case ReplayTarget.Step(long steps) ->
                new ReplayTarget.Step(Math.clamp(
                        here.step() + sign * steps,
                        session.timeline().start().step(),
                        session.timeline().end().step()));
            case ReplayTarget.VirtualTime(long nanos) ->
                new ReplayTarget.VirtualTime(Math.clamp(
                        here.virtualNanos() + sign * nanos,
                        session.timeline().start().virtualNanos(),
                        session.timeline().end().virtualNanos()));
            case ReplayTarget other ->
                throw new UserMistake(
                        "'%s' is no distance: give steps, as in +5M, or virtual time, as in -20us".formatted(distance));
        };
    }
}
