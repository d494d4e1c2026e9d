package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.GuestText;
import dev.retrovisor.cli.StreamList;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.cli.prompt.Syntax.Option;
import dev.retrovisor.cli.prompt.Syntax.Parameter;
import dev.retrovisor.introspect.expression.Evaluator;
import dev.retrovisor.introspect.expression.Value;
import dev.retrovisor.introspect.inspect.Inspection;
import dev.retrovisor.introspect.inspect.Inspections;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.linux.Tasks;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.introspect.syscall.SystemCallNumbers;
import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Field;
import dev.retrovisor.introspect.types.StructLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What may stand where a word is begun. */
final class Completions {
    private static final int MOST_SYMBOLS = 500;
    private static final int MOST_PROCESSES = 1000;

    /** The end of an expression that names a member: what comes before is the object. */
    private static final Pattern MEMBER = Pattern.compile("(?<object>.+?)(?<dot>\\.|->)(?<begun>\\w*)");

    /** The last word within an expression. */
    private static final Pattern LAST_WORD = Pattern.compile("(?<head>.*?)(?<begun>[$]?\\w*)");

    private final Session session;

    /**
     * A word that may stand there.
     *
     * @param what a few words about it; may be empty
     * @param isWhole whether a blank follows
     */
    record Candidate(String word, String what, boolean isWhole) {
        Candidate(String word) {
            this(word, "", true);
        }
    }

    Completions(Session session) {
        this.session = session;
    }

    /**
     * The candidates that begin as the word does.
     *
     * @param before the words before it
     * @param begun of the word what stands before the cursor
     */
    List<Candidate> of(List<String> before, String begun) {
        Predicate<Candidate> fits = candidate -> candidate.word().startsWith(begun);
        return candidates(before, begun).filter(fits).toList();
    }

    private Stream<Candidate> candidates(List<String> before, String begun) {
        if (before.isEmpty()) {
            return PromptCommands.all().stream()
                    .flatMap(command -> command.row()
                            .names()
                            .map(name -> new Candidate(name, command.row().summary(), true)));
        }
        String name = before.getFirst().replaceFirst("/[xdbtc]$", "");
        if (!PromptCommands.has(name)) {
            return begun.startsWith("$") ? expression(begun) : Stream.empty();
        }
        Syntax syntax = PromptCommands.named(name).row().syntax();
        List<String> given = before.subList(1, before.size());
        Optional<Option> open = given.isEmpty() ? Optional.empty() : syntax.option(given.getLast());
        if (open.isPresent() && !open.get().isFlag()) {
            return values(open.get().kind(), open.get().words(), given, begun);
        }
        Stream<Candidate> options = syntax.options().stream()
                .filter(option -> !given.contains(option.name()))
                .map(option -> new Candidate(option.name(), option.value(), true));
        Stream<Candidate> parameter = parameter(syntax, given)
                .map(each -> values(each.kind(), each.words(), given, begun))
                .orElse(Stream.empty());
        return Stream.concat(parameter, options);
    }

    /** The parameter whose turn it is; of a long one, which goes on, that one. */
    private static Optional<Parameter> parameter(Syntax syntax, List<String> given) {
        int next = 0;
        for (int i = 0; i < given.size(); i++) {
            Optional<Option> option = syntax.option(given.get(i));
            if (option.isPresent()) {
                i += option.get().isFlag() ? 0 : 1;
            } else if (next < syntax.parameters().size()) {
                Parameter each = syntax.parameters().get(next);
                next += each.mayRepeat() || each.kind().isLong() ? 0 : 1;
            }
        }
        return next < syntax.parameters().size()
                ? Optional.of(syntax.parameters().get(next))
                : Optional.empty();
    }

    private Stream<Candidate> values(Kind kind, List<String> words, List<String> given, String begun) {
        if (!words.isEmpty()) {
            return words.stream().map(Candidate::new);
        }
        return switch (kind) {
            case POSITION -> positions(begun);
            case ADDRESS -> Stream.concat(expression(begun), positionsWhereMeant(begun));
            case EXPRESSION -> expression(begun);
            case PROCESS -> processes();
            case INSPECTION -> Inspections.all().stream().map(Inspection::name).map(Candidate::new);
            case STREAM -> StreamList.names().stream().map(Candidate::new);
            case COMMAND ->
                Stream.concat(Stream.of("positions", "expressions"), PromptCommands.names().stream())
                        .map(Candidate::new);
            case BOOKMARK -> session.bookmarks().names().stream().map(Candidate::new);
            case STOP_NUMBER ->
                session.stops().all().stream()
                        .map(stop -> new Candidate(Integer.toString(stop.number()), stop.what(), true));
            case FILE, REST -> files(begun);
            case TEXT ->
                given.contains("syscall")
                        ? new SystemCallNumbers().names().stream().map(Candidate::new)
                        : traps(given);
            case VARIABLE, NUMBER, WORD -> Stream.empty();
        };
    }

    private static Stream<Candidate> traps(List<String> given) {
        String words = given.contains("trap")
                ? TrapNames.exceptions()
                : given.contains("interrupt") ? TrapNames.interrupts() : "";
        return words.isEmpty() ? Stream.empty() : Stream.of(words.split(", ")).map(Candidate::new);
    }

    private Stream<Candidate> positions(String begun) {
        Stream<Candidate> named = Stream.of(
                new Candidate("start", "the trace's beginning", true),
                new Candidate("end", "the trace's end", true),
                new Candidate("boot+", "virtual time, as boot+2.5s", false),
                new Candidate("event:", "an entry of the events log", false),
                new Candidate("50%", "a share of the steps", true),
                new Candidate("-", "where the machine was before", true));
        Stream<Candidate> marks = session.bookmarks().all().stream()
                .filter(mark -> !mark.name().isEmpty())
                .map(mark -> new Candidate(mark.name(), GuestText.printable(mark.note()), true));
        Stream<Candidate> units = begun.matches("boot\\+[0-9.]+|[+-][0-9.]+")
                ? Stream.of("s", "ms", "us", "ns").map(unit -> new Candidate(begun + unit))
                : Stream.empty();
        return Stream.of(named, marks, units).flatMap(each -> each);
    }

    private Stream<Candidate> positionsWhereMeant(String begun) {
        return begun.startsWith("boot") ? positions(begun) : Stream.empty();
    }

    private Stream<Candidate> processes() {
        if (!session.guest().hasLinux()) {
            return Stream.empty();
        }
        return new Tasks(session.guest().kernel())
                .processes()
                .limit(MOST_PROCESSES)
                .flatMap(task ->
                        Guest.tolerant(() -> Optional.of(names(task))).stream().flatMap(each -> each));
    }

    private static Stream<Candidate> names(Task task) {
        String name = task.name();
        String pid = Integer.toString(task.tgid());
        // A name that a terminal or our own reader would take for something else can be given by its number.
        boolean isPlain = name.matches("[\\w./:+@-]+");
        Candidate byNumber = new Candidate(pid, GuestText.shown(name), true);
        return isPlain ? Stream.of(new Candidate(name, pid, true), byNumber) : Stream.of(byNumber);
    }

    private Stream<Candidate> expression(String begun) {
        if (!session.guest().hasLinux()) {
            return Stream.empty();
        }
        Matcher member = MEMBER.matcher(begun);
        if (member.matches() && !begun.startsWith("0x")) {
            return members(member);
        }
        Matcher last = LAST_WORD.matcher(begun);
        if (!last.matches()) {
            return Stream.empty();
        }
        String head = last.group("head");
        String word = last.group("begun");
        if (word.startsWith("$")) {
            return GuestNames.registersAnd(session.variables()).stream()
                    .map(name -> new Candidate(head + "$" + name, "", false));
        }
        Stream<Candidate> own = Stream.concat(
                        Stream.of("current", "sizeof", "struct"),
                        Evaluator.FUNCTIONS.keySet().stream().map(form -> form.substring(0, form.indexOf('('))))
                .map(name -> new Candidate(head + name, "", false));
        Stream<Candidate> symbols = word.isEmpty()
                ? Stream.empty()
                : session.guest()
                        .kernel()
                        .symbols()
                        .all()
                        .map(Symbol::name)
                        .filter(name -> name.startsWith(word) && name.matches("\\w+"))
                        .distinct()
                        .limit(MOST_SYMBOLS)
                        .map(name -> new Candidate(head + name, "", head.isEmpty()));
        return Stream.concat(own, symbols);
    }

    private Stream<Candidate> members(Matcher member) {
        String object = member.group("object");
        String innermost = object.substring(beginOfOperand(object));
        Optional<CType> type = typeOf(innermost);
        CType target = type.map(each ->
                        each instanceof CType.Pointer pointer ? pointer.target().get() : each)
                .orElse(new CType.Void());
        if (!(target instanceof CType.Struct(StructLayout layout))) {
            return Stream.empty();
        }
        var names = new ArrayList<String>();
        addNames(layout, names, 0);
        return names.stream().map(name -> new Candidate(object + member.group("dot") + name, "", false));
    }

    private Optional<CType> typeOf(String expression) {
        try {
            return Optional.of(session.guest().evaluate(expression)).map(Value::type);
        } catch (RuntimeException _) {
            return Optional.empty(); // not finished yet: there is nothing to offer
        }
    }

    /** Where the operand begins whose member is meant, behind operators and open brackets. */
    private static int beginOfOperand(String text) {
        int depth = 0;
        for (int i = text.length() - 1; i >= 0; i--) {
            char c = text.charAt(i);
            if (c == ')' || c == ']') {
                depth++;
            } else if (c == '(' || c == '[') {
                if (depth-- == 0) {
                    return i + 1;
                }
            } else if (depth == 0 && "+*/%&|^~!<=,? ".indexOf(c) >= 0) {
                return i + 1;
            }
        }
        return 0;
    }

    private static void addNames(StructLayout layout, List<String> names, int depth) {
        for (Field field : layout.members()) {
            if (!field.name().isEmpty()) {
                names.add(field.name());
            } else if (depth < 4 && field.type() instanceof CType.Struct(StructLayout inner)) {
                addNames(inner, names, depth + 1);
            }
        }
    }

    private static Stream<Candidate> files(String begun) {
        int slash = begun.lastIndexOf('/');
        String head = begun.substring(0, slash + 1);
        Path folder = Path.of(head.isEmpty() ? "." : head);
        if (begun.startsWith("-") || !Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .map(file -> Files.isDirectory(file)
                            ? new Candidate(head + file.getFileName() + "/", "", false)
                            : new Candidate(head + file.getFileName()))
                    .toList()
                    .stream();
        } catch (IOException _) {
            return Stream.empty();
        }
    }
}
