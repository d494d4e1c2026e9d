package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import dev.retrovisor.introspect.expression.TypeText;
import dev.retrovisor.introspect.expression.Value;
import java.util.Locale;

/** Says what an expression is. */
final class PrintCommand implements PromptCommand {
    /** @param value numbers, texts, lists and objects; addresses as text */
    private record Printed(String expression, String type, Object value) {}

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "print",
                        Group.LOOKING,
                        "what an expression of C is, typed by the kernel's own types",
                        Syntax.of()
                                .needs("EXPRESSION", Kind.EXPRESSION)
                                .optionOf("as", "FORM", "hex", "decimal", "binary", "character")
                                .flag("whole"))
                .alias("p")
                .example("p current->files->fdt", "a member of a member of the thread that runs")
                .example("p init_task.comm", "a variable of the kernel's")
                .example("p *(struct list_head *)&init_task.tasks", "an address as something else")
                .example("p task(1)->mm->pgd as hex", "of process 1; p/x is the same")
                .example("p $a0 + 4 * sizeof(struct page)", "registers and arithmetic")
                .example("p current->comm == \"sh\"", "texts are compared");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        String text = arguments.get("EXPRESSION");
        Value value = guest.evaluate(text);
        var form = arguments
                .find("as")
                .map(word -> ValueTree.Form.valueOf(word.toUpperCase(Locale.ROOT)))
                .orElse(ValueTree.Form.USUAL);
        var tree = new ValueTree(guest, value, form, arguments.has("whole"));
        session.variables().set("_", value);
        return new Reply.Facts(tree.lines(value.type()), new Printed(text, TypeText.of(value.type()), tree.exact()));
    }
}
