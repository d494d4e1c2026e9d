package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.GuestText;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.introspect.inspect.Column;
import dev.retrovisor.machine.hart.CsrNames;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Registers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shows the registers of a hart. */
final class RegsCommand implements PromptCommand {
    private static final int CELLS = 3;
    private static final int CELL_PLACES = 30;

    /** @param registers by their names in assembly */
    private record Registered(
            int hart, @Column(Column.Style.HEX) Map<String, Long> registers) {}

    @Override
    public CommandRow row() {
        return CommandRow.of(
                        "regs",
                        Group.LOOKING,
                        "the registers of the hart: integer, floating-point, control and status",
                        Syntax.of().takesOneOf("WHICH", "integer", "fp", "csr", "all"))
                .alias("r")
                .example("regs", "pc and x1 to x31 by their names")
                .example("regs csr", "what machine mode would read");
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        String which = arguments.find("WHICH").orElse("integer");
        Guest guest = session.guest();
        Map<String, Long> registers = new LinkedHashMap<>();
        HartState state = guest.machine().hart(guest.hart());
        if (which.equals("integer") || which.equals("all")) {
            registers.put("pc", state.pc());
            for (int i = 1; i < 32; i++) {
                registers.put(Registers.integerName(i), state.x(i));
            }
        }
        if (which.equals("fp") || which.equals("all")) {
            for (int i = 0; i < 32; i++) {
                registers.put(Registers.floatName(i), state.f(i));
            }
        }
        if (which.equals("csr") || which.equals("all")) {
            for (int number = 0; number < 4096; number++) {
                String name = CsrNames.name(number);
                if (name != null) {
                    registers.put(name, guest.machine().csr(guest.hart(), number));
                }
            }
        }
        return new Reply.Facts(lines(guest, registers), new Registered(guest.hart(), registers));
    }

    private static List<String> lines(Guest guest, Map<String, Long> registers) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        int cells = 0;
        for (Map.Entry<String, Long> register : registers.entrySet()) {
            String cell = "%-13s 0x%x".formatted(register.getKey(), register.getValue());
            String symbol = register.getKey().equals("pc") || register.getKey().equals("ra")
                    ? guest.symbolAt(register.getValue())
                    : "";
            if (!symbol.isEmpty()) {
                lines.add(cell + " <" + GuestText.printable(symbol) + ">");
                continue;
            }
            line.append(cell).repeat(" ", Math.max(2, CELL_PLACES + 5 - cell.length()));
            if (++cells == CELLS) {
                lines.add(line.toString().stripTrailing());
                line.setLength(0);
                cells = 0;
            }
        }
        if (!line.isEmpty()) {
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
