package dev.retrovisor.machine.fuzz;

import dev.retrovisor.machine.Machine;
import java.util.ArrayList;
import java.util.List;

/** Changes to a stopped machine, to be made on several alike: fields of harts, and bytes of RAM. */
final class Pokes {
    private record Field(int hart, int offset, long value) {}

    private record Memory(long address, byte[] bytes) {}

    private final List<Field> fields = new ArrayList<>();
    private final List<Memory> memory = new ArrayList<>();

    /** Sets a field of {@code HartState}. */
    void set(int hart, int offset, long value) {
        fields.add(new Field(hart, offset, value));
    }

    /** Writes RAM. */
    void write(long address, byte[] bytes) {
        memory.add(new Memory(address, bytes));
    }

    void apply(Machine machine) {
        for (Memory write : memory) {
            machine.ram().write(write.address, write.bytes, 0, write.bytes.length);
        }
        for (Field field : fields) {
            machine.hart(field.hart).set(field.offset, field.value);
        }
    }
}
