package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.expression.TypeText;
import dev.retrovisor.introspect.expression.Value;
import java.util.ArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gives a value a name. */
final class SetCommand implements PromptCommand {
    private static final Pattern ASSIGNMENT = Pattern.compile("\\$([A-Za-z_]\\w*)\\s*=(?!=)\\s*(.+)");

    private record Variable(String name, String type, Object value) {}

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "set",
                        Group.LOOKING,
                        "give a value a name, or list the names that have one",
                        Syntax.of().takes("$NAME = EXPRESSION", Kind.EXPRESSION))
                .alias("let")
                .example("set $t = task(1)", "then p $t->comm; $t = task(1) is the same")
                .example("set", "all that is set; $_ is what was printed last");
    }

    /** Whether a line is an assignment without the command's name. */
    static boolean isAssignment(String line) {
        return ASSIGNMENT.matcher(line).matches();
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        if (!arguments.has("$NAME = EXPRESSION")) {
            var rows = new ArrayList<Variable>();
            session.variables().all().forEach((name, value) -> rows.add(variable(guest, name, value)));
            return Reply.rows(Variable.class, rows, "nothing is set: set $x = EXPRESSION");
        }
        Matcher assignment = ASSIGNMENT.matcher(arguments.get("$NAME = EXPRESSION"));
        if (!assignment.matches()) {
            throw new UserMistake(
                    "set: write set $NAME = EXPRESSION; memory and registers of a recording stay what they"
                            + " were, 'branch' changes them in a machine of its own");
        }
        String name = assignment.group(1);
        boolean isTaken = GuestNames.registersAnd(new Variables()).contains(name);
        if (isTaken) {
            throw new UserMistake(
                    "$%s is a register, and a recording stays what it was: 'branch' changes it in a machine of its own"
                            .formatted(name));
        }
        Value value = guest.evaluate(assignment.group(2));
        session.variables().set(name, value);
        Variable set = variable(guest, name, value);
        var lines = new ValueTree(guest, value, ValueTree.Form.USUAL, false).lines(value.type());
        lines.set(0, "$%s = %s".formatted(name, lines.getFirst()));
        return new Reply.Facts(lines, set);
    }

    private static Variable variable(Guest guest, String name, Value value) {
        return new Variable(
                "$" + name,
                TypeText.of(value.type()),
                new ValueTree(guest, value, ValueTree.Form.USUAL, false).exact());
    }
}
