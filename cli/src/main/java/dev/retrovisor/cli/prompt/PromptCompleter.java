package dev.retrovisor.cli.prompt;

import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** {@link Completions} for JLine. */
final class PromptCompleter implements Completer {
    private final Completions completions;

    PromptCompleter(Session session) {
        completions = new Completions(session);
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        String begun = line.word().substring(0, line.wordCursor());
        for (Completions.Candidate each : completions.of(before, begun)) {
            candidates.add(new Candidate(
                    each.word(),
                    each.word(),
                    null,
                    each.what().isEmpty() ? null : each.what(),
                    null,
                    null,
                    each.isWhole()));
        }
    }
}
