package dev.retrovisor.cli;

import dev.retrovisor.cli.gdb.GdbServer;
import dev.retrovisor.cli.gdb.GuestKernel;
import dev.retrovisor.cli.gdb.LiveMover;
import dev.retrovisor.introspect.kernel.KernelFinder;
import dev.retrovisor.recorder.HostConsole;
import dev.retrovisor.recorder.HostSignals;
import dev.retrovisor.recorder.LiveMachine;
import dev.retrovisor.recorder.RunOptions;
import dev.retrovisor.recorder.RunResult;
import dev.retrovisor.recorder.StopCause;
import dev.retrovisor.recorder.StreamConsole;
import dev.retrovisor.recorder.VmSetup;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** A machine that runs live while gdb stops it where it likes. */
final class GdbLive {
    private final Context context;
    private final Screen screen;
    private final VmOptions vm;
    private final GdbDoor.Choice door;
    private final Optional<Path> record;

    GdbLive(Context context, VmOptions vm, GdbDoor.Choice door, Optional<Path> record) {
        this.context = context;
        this.vm = vm;
        this.door = door;
        this.record = record;
        screen = context.screen();
    }

    int run() {
        if (vm.serial instanceof Values.Serial.ToFile(Path file)) {
            OutputFiles.requireFile(file, "--serial");
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                return run(Optional.of(new StreamConsole(InputStream.nullInputStream(), out, false)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return run(Optional.empty());
    }

    private int run(Optional<HostConsole> given) {
        boolean usesStdio = vm.serial instanceof Values.Serial.Stdio;
        if (door.isStdio() && usesStdio) {
            throw new UserMistake("--stdio: the guest's console is there, too: give it another place with --serial");
        }
        VmSetup setup = new VmPlan(vm, context.guests()).resolve();
        RunOptions options = record.map(RunCommand.options(vm)::recordedTo).orElseGet(() -> RunCommand.options(vm));
        var mover = new LiveMover(true);
        var guest = new GuestKernel(mover::machine, KernelFinder::find);
        var looks = new GdbLooks(
                "live        %s%n".formatted(setup.guest()),
                () -> setup.images().images().kernel());
        GdbServer server = GdbServer.of(mover, guest, looks, this::log);
        try (GdbDoor opened = GdbDoor.open(door)) {
            HostConsole guests = given.orElseGet(() -> new LiveRunner(screen).console(vm.serial, true));
            HostConsole console = new LeftConsole(guests, () -> {
                mover.abandon();
                server.stop();
            });
            var machine = new LiveMachine(setup, options, console, notice -> EngineOptions.tell(screen, notice), mover);
            log("the machine stands before its first step until gdb comes");
            opened.announce(screen);
            Thread.ofPlatform().daemon().name("gdb server").start(() -> opened.serve(server));
            RunResult result;
            try (var _ = HostSignals.whileOpen(name -> {
                machine.stop(StopCause.SIGNAL, name);
                mover.abandon();
                server.stop();
            })) {
                result = machine.run();
            }
            server.stop();
            log("the machine has stopped: %s"
                    .formatted(Text.visible(result.cause().toString().toLowerCase(Locale.ROOT))));
            return LiveRunner.exitCode(result);
        }
    }

    private void log(String line) {
        if (!vm.quiet) {
            screen.err().println(GuestText.printable(line));
        }
    }

    /** A console that tells when its person leaves. */
    private record LeftConsole(HostConsole console, Runnable left) implements HostConsole {
        @Override
        public void start(Listener listener) throws IOException {
            console.start(new Listener() {
                @Override
                public void inputArrived() {
                    listener.inputArrived();
                }

                @Override
                public void leave() {
                    listener.leave();
                    left.run();
                }

                @Override
                public void resized(int columns, int rows) {
                    listener.resized(columns, rows);
                }
            });
        }

        @Override
        public int available() {
            return console.available();
        }

        @Override
        public byte[] read(int most) {
            return console.read(most);
        }

        @Override
        public boolean inputEnded() {
            return console.inputEnded();
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            console.write(bytes);
        }

        @Override
        public void flush() throws IOException {
            console.flush();
        }

        @Override
        public void close() {
            console.close();
        }
    }
}
