package dev.retrovisor.machine;

import dev.retrovisor.machine.event.HartRegister;
import dev.retrovisor.machine.event.InputEvent.MemoryPoke;
import dev.retrovisor.machine.event.InputEvent.Poke;
import dev.retrovisor.machine.event.InputEvent.RegisterPoke;
import dev.retrovisor.machine.hart.Hart;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.hart.Mstatus;
import dev.retrovisor.machine.hart.Privilege;
import dev.retrovisor.machine.memory.Ram;
import java.util.List;

/** What a person changes in a machine that stands, with all that hangs on it. */
final class Pokes {
    private final Ram ram;
    private final List<Hart> harts;

    Pokes(Ram ram, List<Hart> harts) {
        this.ram = ram;
        this.harts = harts;
    }

    /** @throws IllegalArgumentException if the machine lacks what is to be changed, or it can't have that value */
    void require(Poke poke) {
        switch (poke) {
            case MemoryPoke memory -> require(memory);
            case RegisterPoke register -> require(register);
        }
    }

    /** Changes it, or throws as {@link #require} does. */
    void apply(Poke poke) {
        require(poke);
        switch (poke) {
            // As a device writes: code, page tables and reservations follow, and probes see it.
            case MemoryPoke(long _, long _, long physicalAddress, byte[] bytes) ->
                ram.write(physicalAddress, bytes, 0, bytes.length);
            case RegisterPoke(long _, long _, int hart, HartRegister register, long value) ->
                set(harts.get(hart), register, value);
        }
    }

    private void require(MemoryPoke poke) {
        if (!ram.contains(poke.physicalAddress(), poke.bytes().length)) {
            throw new IllegalArgumentException("a change of %d bytes at %#x: memory is %#x to %#x"
                    .formatted(poke.bytes().length, poke.physicalAddress(), Ram.BASE, Ram.BASE + ram.sizeBytes() - 1));
        }
    }

    private void require(RegisterPoke poke) {
        if (poke.hart() < 0 || poke.hart() >= harts.size()) {
            throw new IllegalArgumentException(
                    "a register of hart %d: there are harts 0 to %d".formatted(poke.hart(), harts.size() - 1));
        }
        long value = poke.value();
        switch (poke.register()) {
            case HartRegister.Integer _, HartRegister.Float _ -> {}
            case HartRegister.Csr(int number) -> harts.get(poke.hart()).csrs().requireWritable(number);
            case HartRegister.Pc _ -> {
                if ((value & 1) != 0) {
                    throw new IllegalArgumentException("pc %#x: instructions lie at even addresses".formatted(value));
                }
            }
            case HartRegister.Privilege _ -> {
                if (value != Privilege.USER && value != Privilege.SUPERVISOR && value != Privilege.MACHINE) {
                    throw new IllegalArgumentException(
                            "privilege %d: 0 is user, 1 supervisor, 3 machine".formatted(value));
                }
            }
        }
    }

    private static void set(Hart hart, HartRegister register, long value) {
        HartState state = hart.state();
        switch (register) {
            case HartRegister.Integer(int index) -> state.setX(index, value);
            case HartRegister.Float(int index) -> {
                state.setF(index, value);
                if ((state.get(HartState.MSTATUS) & Mstatus.FS) != 0) {
                    // Dirty: else the guest's kernel would not keep it over a switch of threads.
                    state.set(HartState.MSTATUS, state.get(HartState.MSTATUS) | Mstatus.FS);
                }
            }
            case HartRegister.Csr(int number) -> hart.csrs().poke(number, value);
            case HartRegister.Pc _ -> state.setPc(value);
            case HartRegister.Privilege _ -> hart.setPrivilege((int) value);
        }
    }
}
