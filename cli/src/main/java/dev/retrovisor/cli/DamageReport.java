package dev.retrovisor.cli;

import dev.retrovisor.introspect.kernel.Damage;
import java.util.List;

/**
 * What a look found broken in the guest.
 *
 * @param total how often
 * @param notes the first of each kind, harmless
 */
public record DamageReport(long total, List<String> notes) {
    public static DamageReport of(Damage damage) {
        return new DamageReport(
                damage.total(),
                damage.notes().stream().map(GuestText::printable).toList());
    }

    public boolean isNone() {
        return total == 0;
    }

    /** Tells on standard error; nothing if there is nothing. */
    public void tell(Screen screen, String question) {
        if (isNone()) {
            return;
        }
        screen.out().flush();
        screen.err()
                .println("%s: %s in the guest's memory %s broken or in the middle of a change, and left out:"
                        .formatted(question, Text.count(total, "thing"), total == 1 ? "was" : "were"));
        notes.forEach(note -> screen.err().println("  " + note));
        if (total > notes.size()) {
            screen.err().println("  and " + Text.count(total - notes.size()) + " more");
        }
    }

    public int exitCode() {
        return isNone() ? ExitCode.GOOD : ExitCode.DAMAGED;
    }
}
