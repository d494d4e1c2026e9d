package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import java.util.ArrayList;

/** Lists the harts, or looks with the eyes of one. */
final class HartCommand implements PromptCommand {
    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "hart",
                        Group.LOOKING,
                        "list the harts, or look with the eyes of one",
                        Syntax.of().takes("NUMBER", Kind.WORD))
                .alias("harts")
                .example("hart 1", "registers, stack and 'current' are its from now on");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        int count = guest.machine().hartCount();
        if (arguments.has("NUMBER")) {
            String text = arguments.get("NUMBER");
            if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) >= count) {
                throw new UserMistake(
                        "there is no hart '%s': this machine has %d, counted from 0".formatted(text, count));
            }
            guest.look(Integer.parseInt(text));
            Here here = Here.of(session);
            return new Reply.Facts(here.lines(), here);
        }
        int looking = guest.hart();
        var harts = new ArrayList<Here>();
        for (int i = 0; i < count; i++) {
            guest.look(i);
            harts.add(Here.of(session));
        }
        guest.look(looking);
        return Reply.rows(Here.class, harts, "");
    }
}
