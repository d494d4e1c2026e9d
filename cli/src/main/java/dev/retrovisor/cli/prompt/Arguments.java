package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.NearWords;
import dev.retrovisor.cli.UserMistake;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What followed a command's name, sorted by its syntax. */
final class Arguments {
    private final CommandRow row;
    private final Map<String, List<String>> values = new HashMap<>();

    private Arguments(CommandRow row) {
        this.row = row;
    }

    /**
     * Sorts what follows a command's name.
     *
     * @throws UserMistake if it does not fit
     */
    static Arguments parse(CommandRow row, String rest) {
        var arguments = new Arguments(row);
        arguments.read(rest);
        return arguments;
    }

    private void read(String rest) {
        List<Syntax.Parameter> parameters = row.syntax().parameters();
        boolean takesAll = !parameters.isEmpty() && parameters.getFirst().kind() == Syntax.Kind.REST;
        if (takesAll) {
            if (!rest.isBlank()) {
                add(parameters.getFirst().name(), rest.strip());
            }
            requireAll();
            return;
        }
        List<LineWord> words = LineWord.split(rest);
        int parameter = 0;
        int at = 0;
        while (at < words.size()) {
            LineWord word = words.get(at);
            Optional<Syntax.Option> option = option(word);
            if (option.isPresent()) {
                at = readOption(option.get(), words, at, rest);
            } else if (parameter < parameters.size()) {
                Syntax.Parameter each = parameters.get(parameter);
                int end = each.kind().isLong() ? endOfLong(words, at) : at + 1;
                add(each.name(), text(each.kind(), words, at, end, rest));
                requireWord(each.name(), each.words());
                at = end;
                parameter += each.mayRepeat() ? 0 : 1;
            } else {
                throw unexpected(word);
            }
        }
        requireAll();
    }

    private Optional<Syntax.Option> option(LineWord word) {
        return word.isQuoted() ? Optional.empty() : row.syntax().option(word.text());
    }

    private int readOption(Syntax.Option option, List<LineWord> words, int at, String rest) {
        if (values.containsKey(option.name())) {
            throw mistake("'%s' stands twice".formatted(option.name()));
        }
        if (option.isFlag()) {
            add(option.name(), option.name());
            return at + 1;
        }
        int end = option.kind().isLong() ? endOfLong(words, at + 1) : Math.min(at + 2, words.size());
        if (end == at + 1) {
            throw mistake("%s: behind '%s'".formatted(option.value(), option.name()));
        }
        add(option.name(), text(option.kind(), words, at + 1, end, rest));
        requireWord(option.name(), option.words());
        return end;
    }

    private int endOfLong(List<LineWord> words, int start) {
        int end = start;
        while (end < words.size() && (end == start || option(words.get(end)).isEmpty())) {
            end++;
        }
        return end;
    }

    /** Several words as they were written; one without its quotes, unless they are part of an expression. */
    private static String text(Syntax.Kind kind, List<LineWord> words, int start, int end, String rest) {
        boolean isOne = end == start + 1;
        boolean keepsQuotes = kind == Syntax.Kind.EXPRESSION || kind == Syntax.Kind.ADDRESS;
        return isOne && !keepsQuotes
                ? words.get(start).text()
                : rest.substring(words.get(start).start(), words.get(end - 1).end());
    }

    private void add(String name, String value) {
        values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    private void requireWord(String name, List<String> words) {
        String word = values.get(name).getLast();
        if (!words.isEmpty() && !words.contains(word)) {
            throw mistake(
                    "'%s' is none of %s%s".formatted(word, String.join(", ", words), NearWords.hint(word, words)));
        }
    }

    private void requireAll() {
        for (Syntax.Parameter parameter : row.syntax().parameters()) {
            if (parameter.isNeeded() && !values.containsKey(parameter.name())) {
                throw mistake("%s is missing".formatted(parameter.name()));
            }
        }
    }

    private UserMistake unexpected(LineWord word) {
        List<String> options =
                row.syntax().options().stream().map(Syntax.Option::name).toList();
        String kind = word.text().startsWith("-") && !word.text().matches("-?[0-9].*") ? "option" : "argument";
        return mistake("unknown %s '%s'%s".formatted(kind, word.text(), NearWords.hint(word.text(), options)));
    }

    private UserMistake mistake(String what) {
        return new UserMistake("%s: %s; write %s".formatted(row.name(), what, row.usage()));
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name)).map(List::getFirst);
    }

    /** What must be there by the syntax. */
    String get(String name) {
        return values.get(name).getFirst();
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /**
     * A count from 1.
     *
     * @throws UserMistake if it is none
     */
    long count(String name, long otherwise) {
        Optional<String> text = find(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        String digits = text.get().replace("_", "");
        long power = Stream.of("k", "M", "G")
                .filter(digits::endsWith)
                .findFirst()
                .map(unit -> switch (unit) {
                    case "k" -> 1_000L;
                    case "M" -> 1_000_000L;
                    default -> 1_000_000_000L;
                })
                .orElse(1L);
        String plain = power == 1 ? digits : digits.substring(0, digits.length() - 1);
        if (!plain.matches("[0-9]{1,18}")
                || Long.parseLong(plain) == 0
                || Long.parseLong(plain) > Long.MAX_VALUE / power) {
            throw mistake("%s is a number from 1, as 12_000 or 3M, not '%s'".formatted(name, text.get()));
        }
        return Long.parseLong(plain) * power;
    }
}
