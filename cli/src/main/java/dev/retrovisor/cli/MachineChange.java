package dev.retrovisor.cli;

import dev.retrovisor.introspect.kernel.KernelFactsCache;
import dev.retrovisor.introspect.kernel.KernelView;
import dev.retrovisor.introspect.kernel.MachineView;
import dev.retrovisor.introspect.memory.AddressSpace;
import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.event.HartRegister;
import dev.retrovisor.machine.event.InputEvent;
import dev.retrovisor.machine.event.InputEvent.MemoryPoke;
import dev.retrovisor.machine.event.InputEvent.RegisterPoke;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.isa.Registers;
import dev.retrovisor.machine.memory.Ram;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A change of a machine that stands, as a person asks for it: one {@code --set}. */
sealed interface MachineChange {
    String SYNTAX = "mem:ADDRESS=VALUE, va:ADDRESS=VALUE or HART.REGISTER=VALUE";

    /** As the user wrote it. */
    String text();

    /** Bytes of memory; {@code isVirtual} in the address space that hart 0 is in. */
    record Memory(String text, boolean isVirtual, GuestAddress address, byte[] bytes) implements MachineChange {}

    /** A register. */
    record Register(String text, int hart, HartRegister register, long value) implements MachineChange {}

    /** Reads {@link #SYNTAX}. */
    final class Converter implements ITypeConverter<MachineChange> {
        private static final Pattern MEMORY =
                Pattern.compile("(?<space>mem|va):(?<address>[^=]+)=(?<value>.*)", Pattern.DOTALL);
        private static final Pattern REGISTER =
                Pattern.compile("(?:(?<hart>[0-9]{1,3})\\.)?(?<name>[a-z][a-z0-9]*)=(?<value>.*)");
        private static final Pattern NUMBER = Pattern.compile("-?(?:0[xX][0-9a-fA-F]+|[0-9][0-9_]*)");
        private static final Pattern SIZED = Pattern.compile("u(?<bits>8|16|32|64):(?<number>.*)");
        private static final Pattern HEX = Pattern.compile("(?:[0-9a-fA-F]{2})+(?:[ :]?(?:[0-9a-fA-F]{2})+)*");

        @Override
        public MachineChange convert(String text) {
            Matcher memory = MEMORY.matcher(text);
            if (memory.matches()) {
                GuestAddress address = new GuestAddress.Converter().convert(memory.group("address"));
                boolean isVirtual = memory.group("space").equals("va");
                if (!isVirtual && !address.symbol().isEmpty()) {
                    throw new TypeConversionException(
                            "'%s': a symbol has a virtual address: write va:".formatted(text));
                }
                return new Memory(text, isVirtual, address, bytes(text, memory.group("value")));
            }
            Matcher register = REGISTER.matcher(text);
            if (register.matches()) {
                String name = register.group("name");
                HartRegister found = Registers.settable(name)
                        .orElseThrow(() -> new TypeConversionException(
                                "'%s': there is no register '%s' that can be set".formatted(text, name)));
                int hart = register.group("hart") == null ? 0 : Integer.parseInt(register.group("hart"));
                return new Register(text, hart, found, number(text, register.group("value"), 64));
            }
            throw new TypeConversionException("'%s' is no change: write %s".formatted(text, SYNTAX));
        }

        private static byte[] bytes(String text, String value) {
            Matcher sized = SIZED.matcher(value);
            if (value.length() >= 3 && value.startsWith("\"") && value.endsWith("\"")) {
                try {
                    return TypedBytes.unescaped(value.substring(1, value.length() - 1));
                } catch (IllegalArgumentException e) {
                    throw new TypeConversionException("'%s': %s".formatted(text, e.getMessage()));
                }
            }
            if (sized.matches()) {
                int bits = Integer.parseInt(sized.group("bits"));
                byte[] all = ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(number(text, sized.group("number"), bits))
                        .array();
                return Arrays.copyOf(all, bits / Byte.SIZE);
            }
            if (HEX.matcher(value).matches()) {
                return HexFormat.of().parseHex(value.replaceAll("[ :]", ""));
            }
            throw new TypeConversionException(
                    "'%s': '%s' is no value for memory: write bytes in hexadecimal (de ad be ef), \"text\" or u32:NUMBER (8, 16, 32, 64)"
                            .formatted(text, value));
        }

        private static long number(String text, String value, int bits) {
            if (!NUMBER.matcher(value).matches()) {
                throw new TypeConversionException(
                        "'%s': '%s' is no number: write 42, -1 or 0x2a".formatted(text, value));
            }
            String digits = value.replace("_", "").toLowerCase(Locale.ROOT);
            BigInteger number =
                    digits.contains("0x") ? new BigInteger(digits.replace("0x", ""), 16) : new BigInteger(digits);
            boolean fits = number.signum() < 0 ? number.bitLength() < bits : number.bitLength() <= bits;
            if (!fits) {
                throw new TypeConversionException("'%s': %s does not fit in %d bits".formatted(text, value, bits));
            }
            return number.longValue();
        }
    }

    /**
     * The inputs that change a machine so, where it stands.
     *
     * @param trace whose cache of what was found in its kernel is used for names of symbols
     * @throws UserMistake if that machine can't be changed so
     */
    static List<InputEvent.Poke> pokes(List<MachineChange> changes, Machine machine, Path trace) {
        var pokes = new ArrayList<InputEvent.Poke>();
        for (MachineChange change : changes) {
            try {
                List<? extends InputEvent.Poke> made = switch (change) {
                    case Memory memory -> memoryPokes(memory, machine, trace);
                    case Register(String _, int hart, HartRegister register, long value) ->
                        List.of(new RegisterPoke(machine.steps(), machine.virtualNanos(), hart, register, value));
                };
                made.forEach(machine::requirePossible);
                pokes.addAll(made);
            } catch (IllegalArgumentException e) {
                throw new UserMistake("--set %s: %s".formatted(change.text(), e.getMessage()), e);
            }
        }
        return pokes;
    }

    /** One for each page that is touched. */
    private static List<MemoryPoke> memoryPokes(Memory change, Machine machine, Path trace) {
        long first = change.address().symbol().isEmpty()
                ? change.address().offset()
                : change.address().resolve(kernel(machine, trace).symbols());
        AddressSpace space = new AddressSpace(
                PhysicalMemory.of(machine.ram(), Ram.BASE, machine.ram().sizeBytes()),
                machine.hart(0).get(HartState.SATP),
                AddressSpace.Flat.NONE);
        var pokes = new ArrayList<MemoryPoke>();
        for (int done = 0; done < change.bytes().length; ) {
            long at = first + done;
            int length = (int) Math.min(
                    change.bytes().length - done, AddressSpace.PAGE_BYTES - (at & AddressSpace.PAGE_BYTES - 1));
            long physical = change.isVirtual() && space.isPaged() ? space.translate(at) : at;
            if (physical == AddressSpace.UNMAPPED) {
                throw new UserMistake(
                        "--set %s: nothing is mapped at %#x where hart 0 is".formatted(change.text(), at));
            }
            byte[] bytes = Arrays.copyOfRange(change.bytes(), done, done + length);
            pokes.add(new MemoryPoke(machine.steps(), machine.virtualNanos(), physical, bytes));
            done += length;
        }
        return pokes;
    }

    private static KernelView kernel(Machine machine, Path trace) {
        MachineView view = MachineView.of(machine);
        return new KernelView(new KernelFactsCache(trace.resolve("introspect"), _ -> {}).find(view), view);
    }
}
