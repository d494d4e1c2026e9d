package dev.retrovisor.cli.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The list in docs/prompt.md is the code's. {@code -Dretrovisor.regenerate=true} writes it. */
class PromptPageTest {
    private static final String BEGIN = "<!-- list commands -->\n";
    private static final String END = "<!-- end -->";

    @Test
    void thePageListsTheCommands() throws IOException {
        Path page = root().resolve("docs/prompt.md");
        String text = Files.readString(page);
        int start = text.indexOf(BEGIN) + BEGIN.length();
        var table = new StringBuilder("| command | also | what it does |\n| --- | --- | --- |\n");
        PromptCommands.all().stream()
                .filter(command -> !(command instanceof InspectionLine))
                .map(PromptCommand::row)
                .forEach(row -> table.append("| `%s` | %s | %s |\n"
                        .formatted(row.usage().replace("|", "\\|"), String.join(" ", row.aliases()), row.summary())));
        String right = text.substring(0, start) + table + text.substring(text.indexOf(END, start));
        if (Boolean.getBoolean("retrovisor.regenerate")) {
            Files.writeString(page, right);
            return;
        }
        assertEquals(right, text, "docs/prompt.md is out of date: run this test with -Dretrovisor.regenerate=true");
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("retrovisor"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
