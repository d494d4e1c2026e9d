package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.cli.prompt.StopPoints.StopPoint;
import dev.retrovisor.cli.prompt.Syntax.Kind;
import java.util.List;
import java.util.function.BiConsumer;

/** Deletes breakpoints, or switches them. */
final class ChangeStopsCommand implements PromptCommand {
    private final CommandRow row;
    private final BiConsumer<StopPoints, StopPoint> change;

    private ChangeStopsCommand(CommandRow row, BiConsumer<StopPoints, StopPoint> change) {
        this.row = row;
        this.change = change;
    }

    static PromptCommand delete() {
        return new ChangeStopsCommand(
                row("delete", "delete breakpoints: some, or all").alias("d"), StopPoints::delete);
    }

    static PromptCommand disable() {
        return new ChangeStopsCommand(
                row("disable", "switch breakpoints off: some, or all"), (stops, point) -> stops.set(point, false));
    }

    static PromptCommand enable() {
        return new ChangeStopsCommand(
                row("enable", "switch breakpoints on again: some, or all"), (stops, point) -> stops.set(point, true));
    }

    private static CommandRow row(String name, String summary) {
        return CommandRow.of(name, Group.STOPPING, summary, Syntax.of().takesSeveral("NUMBER", Kind.STOP_NUMBER));
    }

    @Override
    public CommandRow row() {
        return row;
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        StopPoints stops = session.stops();
        List<StopPoint> meant = arguments.has("NUMBER")
                ? arguments.all("NUMBER").stream().map(stops::get).distinct().toList()
                : stops.all();
        meant.forEach(point -> change.accept(stops, point));
        return StopList.rows(stops.all());
    }
}
