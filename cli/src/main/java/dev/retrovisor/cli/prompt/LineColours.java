package dev.retrovisor.cli.prompt;

import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Colours of a line that is being typed: a command that there is, one that there is not, options, numbers, texts. */
final class LineColours implements Highlighter {
    private static final AttributedStyle COMMAND = AttributedStyle.BOLD.foreground(AttributedStyle.CYAN);
    private static final AttributedStyle UNKNOWN = AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
    private static final AttributedStyle OPTION = AttributedStyle.DEFAULT.foreground(AttributedStyle.YELLOW);
    private static final AttributedStyle NUMBER = AttributedStyle.DEFAULT.foreground(AttributedStyle.MAGENTA);
    private static final AttributedStyle TEXT = AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN);
    private static final AttributedStyle COMMENT = AttributedStyle.DEFAULT.faint();

    @Override
    public AttributedString highlight(LineReader reader, String line) {
        var coloured = new AttributedStringBuilder();
        int at = 0;
        String command = "";
        while (at < line.length()) {
            if (Character.isWhitespace(line.charAt(at))) {
                coloured.append(line.charAt(at++));
                continue;
            }
            int end = LineWord.end(line, at, false);
            String word = line.substring(at, end);
            if (command.isEmpty() && word.startsWith("#")) {
                coloured.append(line.substring(at), COMMENT);
                return coloured.toAttributedString();
            }
            coloured.append(word, command.isEmpty() ? first(word, line) : style(word, command));
            command = command.isEmpty() ? word : command;
            at = end;
        }
        return coloured.toAttributedString();
    }

    private static AttributedStyle first(String word, String line) {
        String name = word.replaceFirst("/[xdbtc]$", "");
        boolean isKnown = PromptCommands.has(name) || SetCommand.isAssignment(line.strip());
        boolean isBegun = !isKnown && PromptCommands.names().stream().anyMatch(each -> each.startsWith(name));
        return isKnown ? COMMAND : isBegun || word.startsWith("$") ? AttributedStyle.DEFAULT : UNKNOWN;
    }

    private static AttributedStyle style(String word, String command) {
        if (PromptCommands.has(command)
                && PromptCommands.named(command).row().syntax().option(word).isPresent()) {
            return OPTION;
        }
        if (word.startsWith("\"") || word.startsWith("'")) {
            return TEXT;
        }
        return word.matches("[+-]?(0x[0-9a-fA-F]+|[0-9][0-9_.]*[kKMG%]?|[0-9.]+(ns|us|ms|s|m|h))|boot\\+.*")
                ? NUMBER
                : AttributedStyle.DEFAULT;
    }
}
