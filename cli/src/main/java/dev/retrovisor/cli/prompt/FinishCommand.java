package dev.retrovisor.cli.prompt;

import dev.retrovisor.cli.UserMistake;
import dev.retrovisor.cli.prompt.CommandRow.Group;
import dev.retrovisor.introspect.linux.KernelStack;
import dev.retrovisor.introspect.linux.Task;
import dev.retrovisor.introspect.symbols.Symbol;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.replayer.timeline.Direction;
import dev.retrovisor.replayer.timeline.Trigger;
import dev.retrovisor.replayer.timeline.Triggers;
import java.util.List;

/** Runs to where the function at hand returns, or back to where it was called. */
final class FinishCommand implements PromptCommand {
    private static final int SP = 2;
    private static final int FRAMES = 2;

    private final CommandRow row;
    private final Direction direction;

    private FinishCommand(CommandRow row, Direction direction) {
        this.row = row;
        this.direction = direction;
    }

    static PromptCommand on() {
        return new FinishCommand(
                CommandRow.of("finish", Group.MOVING, "run on to where this function has returned", Syntax.of())
                        .alias("fin")
                        .example("finish", "its result is in $a0 then"),
                Direction.FORWARD);
    }

    static PromptCommand back() {
        return new FinishCommand(
                CommandRow.of("reverse-finish", Group.MOVING, "go back to where this function began", Syntax.of())
                        .alias("rf")
                        .example("reverse-finish", "its arguments are in $a0 to $a7 then"),
                Direction.BACKWARD);
    }

    @Override
    public CommandRow row() {
        return row;
    }

    @Override
    public Reply run(Session session, Arguments arguments) {
        Guest guest = session.guest();
        guest.startedKernel();
        HartState state = guest.machine().hart(guest.hart());
        long place = direction == Direction.FORWARD ? caller(guest, state) : entry(guest, state);
        long task = guest.kernel().currentTaskAddress(guest.hart());
        long sp = state.x(SP);
        Trigger there = Triggers.pc(place, hit -> {
            // The same thread, wherever it runs by then; calls that this one makes have their frames below.
            boolean isSameThread = guest.kernel().currentTaskAddress(hit.hart()) == task;
            return isSameThread
                    && Long.compareUnsigned(hit.machine().hart(hit.hart()).x(SP), sp) >= 0;
        });
        return Stopped.reply(session, session.run(direction, List.of(there)));
    }

    private static long caller(Guest guest, HartState state) {
        long[] frames = state.pc() < 0 ? kernelFrames(guest) : userFrames(guest, state);
        if (frames.length < FRAMES) {
            throw new UserMistake("nobody is known to have called this: 'where' shows the stack");
        }
        return frames[1];
    }

    private static long[] kernelFrames(Guest guest) {
        Task task = running(guest);
        return new KernelStack(guest.kernel(), guest.code())
                .frames(task).stream().mapToLong(KernelStack.Frame::address).toArray();
    }

    private static long[] userFrames(Guest guest, HartState state) {
        long[] registers = new long[32];
        for (int i = 0; i < registers.length; i++) {
            registers[i] = state.x(i);
        }
        return guest.images()
                .map(images -> images.unwind(state.pc(), registers, FRAMES))
                .orElse(new long[0]);
    }

    private static Task running(Guest guest) {
        return guest.kernel()
                .currentTask(guest.hart())
                .map(object -> new Task(guest.kernel(), object))
                .orElseThrow(() -> new UserMistake("no thread runs on hart %d here".formatted(guest.hart())));
    }

    private static long entry(Guest guest, HartState state) {
        long pc = state.pc();
        long start = pc < 0
                ? guest.kernel()
                        .symbols()
                        .at(pc)
                        .filter(Symbol::isText)
                        .map(Symbol::address)
                        .orElse(0L)
                : guest.images().map(images -> images.functionOf(pc)).orElse(0L);
        if (start == pc) {
            throw new UserMistake("this function begins right here: 'back' goes to its caller");
        }
        if (start == 0) {
            throw new UserMistake("nobody says where this function begins: 0x%x".formatted(pc));
        }
        return start;
    }
}
