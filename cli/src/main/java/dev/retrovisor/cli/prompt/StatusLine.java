package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.GuestText;
import dev.retrovisor.cli.Text;
import java.util.List;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Status;

/** Where the machine stands, in the screen's last line while a person types; nothing on terminals that can't have one. */
final class StatusLine {
    private static final String GAP = "  ";

    private final Terminal terminal;
    private final Session session;
    private final boolean hasColour;

    StatusLine(Terminal terminal, Session session, boolean hasColour) {
        this.terminal = terminal;
        this.session = session;
        this.hasColour = hasColour;
    }

    void show() {
        Status status = Status.getStatus(terminal, true);
        if (status != null) {
            String text = words(Here.of(session), session.timeline().end().step());
            var line = new AttributedStringBuilder();
            line.append(text, hasColour ? AttributedStyle.INVERSE : AttributedStyle.DEFAULT);
            status.update(List.of(line.toAttributedString().columnSubSequence(0, Math.max(1, terminal.getColumns()))));
        }
    }

    void hide() {
        Status status = Status.getStatus(terminal, false);
        if (status != null) {
            status.update(List.<AttributedString>of());
        }
    }

    /** {@code step 512,000,000 (48 %)  hart 0  user  sh (132)  main+0x1c}. */
    static String words(Here here, long end) {
        var words = new StringBuilder();
        words.append("step ").append(Text.count(here.step()));
        words.append(" (%d %%)".formatted(end == 0 ? 100 : 100 * here.step() / end));
        words.append(GAP).append("hart ").append(here.hart());
        words.append(GAP).append(here.mode());
        if (here.isWaiting()) {
            words.append(", waits");
        }
        if (!here.who().isEmpty()) {
            words.append(GAP).append(GuestText.printable(here.who()));
        }
        if (!here.symbol().isEmpty()) {
            words.append(GAP).append(GuestText.printable(here.symbol()));
        }
        return words.toString();
    }
}
