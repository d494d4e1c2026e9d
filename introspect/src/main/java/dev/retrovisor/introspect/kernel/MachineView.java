package dev.retrovisor.introspect.kernel;

import dev.retrovisor.introspect.memory.PhysicalMemory;
import dev.retrovisor.machine.Machine;
import dev.retrovisor.machine.hart.HartState;
import dev.retrovisor.machine.memory.Ram;

/** A machine at one moment, to read only. */
public interface MachineView {
    PhysicalMemory memory();

    int harts();

    HartView hart(int index);

    /** Steps made so far. */
    long step();

    long virtualNanos();

    /** The registers of one hart. */
    interface HartView {
        /** Integer register 0 to 31. */
        long x(int number);

        long pc();

        /** 0 user, 1 supervisor, 3 machine. */
        int privilege();

        long satp();

        long sscratch();
    }

    /** A live or replayed machine, as it is whenever something is asked. */
    static MachineView of(Machine machine) {
        PhysicalMemory memory =
                PhysicalMemory.of(machine.ram(), Ram.BASE, machine.ram().sizeBytes());
        HartView[] harts = new HartView[machine.hartCount()];
        for (int i = 0; i < harts.length; i++) {
            harts[i] = view(machine.hart(i));
        }
        return new MachineView() {
            @Override
            public PhysicalMemory memory() {
                return memory;
            }

            @Override
            public int harts() {
                return harts.length;
            }

            @Override
            public HartView hart(int index) {
                return harts[index];
            }

            @Override
            public long step() {
                return machine.steps();
            }

            @Override
            public long virtualNanos() {
                return machine.virtualNanos();
            }
        };
    }

    private static HartView view(HartState state) {
        return new HartView() {
            @Override
            public long x(int number) {
                return state.x(number);
            }

            @Override
            public long pc() {
                return state.pc();
            }

            @Override
            public int privilege() {
                return (int) state.get(HartState.PRIVILEGE);
            }

            @Override
            public long satp() {
                return state.get(HartState.SATP);
            }

            @Override
            public long sscratch() {
                return state.get(HartState.SSCRATCH);
            }
        };
    }
}
