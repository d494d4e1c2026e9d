package dev.retrovisor.machine.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.retrovisor.machine.state.StateCoverage;
import java.util.Random;
import java.util.function.Function;

/**
 * A driver that fills rings and tables with plausible rubbish, notifies, and resets where that is asked for; the same
 * seed does the same things.
 */
final class RandomRings {
    private static final long RAM_END = ArrayMemory.BASE + (1 << 20);
    private static final int QUEUE_SIZE = 8;

    /** What is driven. */
    enum Kind {
        BLOCK(Rig::block),
        NET(Rig::net),
        CONSOLE(Rig::console),
        ENTROPY(Rig::rng);

        private final Function<Rig, VirtioDevice> maker;

        Kind(Function<Rig, VirtioDevice> maker) {
            this.maker = maker;
        }
    }

    private final Kind kind;
    private final Random random;
    private Rig rig = new Rig();
    private VirtioDevice device;
    private Driver driver;
    private int resets;
    private int interrupts;

    RandomRings(Kind kind, int seed) {
        this.kind = kind;
        this.random = new Random(seed);
        this.device = kind.maker.apply(rig);
        this.driver = new Driver(new VirtioMmio(device), rig.memory, QUEUE_SIZE);
    }

    Rig rig() {
        return rig;
    }

    byte[] state() {
        return StateCoverage.save(driver.mmio);
    }

    int resets() {
        return resets;
    }

    /** How often something was handed back and told. */
    int interrupts() {
        return interrupts;
    }

    void round(int round) {
        if (round % 16 == 0 || driver.needsReset()) {
            long indirect = random.nextBoolean() ? VirtioDevice.INDIRECT_DESC : 0;
            long eventIndex = random.nextBoolean() ? VirtioDevice.EVENT_IDX : 0;
            driver.start(VirtioDevice.VERSION_1 | indirect | eventIndex);
            assertEquals(Driver.RUNNING, driver.get(Driver.STATUS), "a reset heals");
            resets++;
        }
        int queue = random.nextInt(device.queueCount());
        if (random.nextInt(3) == 0) {
            request(queue);
        } else {
            scribble(queue);
        }
        driver.set(Driver.NOTIFY, queue);
        input();
        if ((driver.get(Driver.INTERRUPT_STATUS) & 1) != 0) {
            interrupts++;
            driver.set(Driver.INTERRUPT_ACK, 1);
        }
        rig.events.clear();
    }

    void reset() {
        driver.mmio.reset();
    }

    /** Goes on with another machine, restored from what this one saved. */
    void moveToAnotherMachine() {
        var otherRig = new Rig();
        VirtioDevice otherDevice = kind.maker.apply(otherRig);
        var otherMmio = new VirtioMmio(otherDevice);
        otherRig.copyFrom(rig);
        StateCoverage.load(otherMmio, state());
        rig = otherRig;
        device = otherDevice;
        driver = driver.movedTo(otherMmio, otherRig.memory);
    }

    private void input() {
        rig.pass(random.nextInt(2) * Rig.LATENCY_NANOS);
        switch (device) {
            case VirtioBlock _ -> {}
            case VirtioNet net -> net.receive(new byte[1 + random.nextInt(60)]);
            case VirtioConsole console -> {
                console.receive(new byte[random.nextInt(20)]);
                console.resize(random.nextInt(3), 25);
            }
            case VirtioEntropy entropy -> {
                if (random.nextInt(100) == 0) {
                    var seed = new byte[32];
                    random.nextBytes(seed);
                    rig.entropy.seed(seed);
                    entropy.seeded();
                }
            }
        }
    }

    /** Makes a request available that is nearly right: readable buffers, then writable ones, of odd lengths. */
    private void request(int queue) {
        ArrayMemory memory = rig.memory;
        long header = Driver.BUFFERS + 0x1000;
        int[] types = {0, 1, 4, 8, 11, 13, 99};
        byte[] bytes = VirtioBlockTest.headerBytes(types[random.nextInt(types.length)], random.nextInt(1100));
        memory.write(header, bytes, 0, bytes.length);
        boolean readsFirst = kind == Kind.BLOCK || queue == 1;
        int readable = readsFirst ? 1 + random.nextInt(3) : 0;
        int writable = kind == Kind.BLOCK || !readsFirst ? 1 + random.nextInt(3) : 0;
        long table = Driver.descriptors(queue);
        for (int i = 0; i < readable + writable; i++) {
            int lengthBytes = i == 0 && readsFirst ? 16 : random.nextInt(3) == 0 ? 1 : 16 * (1 + random.nextInt(64));
            long address = i == 0 && readsFirst ? header : header + 64 * random.nextInt(1000);
            boolean last = i == readable + writable - 1;
            driver.descriptor(
                    table, i, new Driver.Buffer(address, lengthBytes, i >= readable), last ? 0 : Driver.NEXT, i + 1);
        }
        long available = Driver.available(queue);
        for (int i = 0; i < QUEUE_SIZE; i++) {
            memory.writeShort(available + 4 + 2L * i, 0);
        }
        memory.writeShort(available + 2, memory.readShort(available + 2) + 1);
        memory.writeShort(available, 0);
    }

    private void scribble(int queue) {
        ArrayMemory memory = rig.memory;
        for (int i = random.nextInt(6); i >= 0; i--) {
            boolean indirect = random.nextInt(3) == 0;
            long table = indirect ? Driver.indirectTable(queue) : Driver.descriptors(queue);
            long at = table + 16L * random.nextInt(QUEUE_SIZE);
            memory.writeLong(at, address(queue));
            memory.writeInt(at + 8, length());
            memory.writeShort(at + 12, random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(4));
            memory.writeShort(at + 14, random.nextInt(random.nextInt(10) == 0 ? 0x10000 : QUEUE_SIZE));
        }
        long available = Driver.available(queue);
        long entry = available + 4 + 2L * random.nextInt(QUEUE_SIZE);
        memory.writeShort(entry, random.nextInt(random.nextInt(20) == 0 ? 0x10000 : QUEUE_SIZE));
        int index = memory.readShort(available + 2);
        memory.writeShort(available + 2, random.nextInt(20) == 0 ? random.nextInt() : index + random.nextInt(3));
        memory.writeShort(available, random.nextInt(2));
        // A little of what block requests begin with.
        memory.writeInt(Driver.BUFFERS + 4L * random.nextInt(64), random.nextInt(16));
    }

    /** Mostly a buffer; sometimes the rings themselves, the last bytes of RAM, or anywhere. */
    private long address(int queue) {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextLong();
            case 1 -> RAM_END - random.nextInt(64);
            case 2 -> Driver.descriptors(queue) + random.nextInt(0x4000);
            case 3 -> Driver.indirectTable(queue);
            default -> Driver.BUFFERS + random.nextInt(256);
        };
    }

    private int length() {
        return switch (random.nextInt(16)) {
            case 0 -> random.nextInt();
            case 1 -> 0;
            case 2 -> 512 * random.nextInt(200);
            case 3, 4 -> 16 * random.nextInt(9);
            default -> 1 + random.nextInt(40);
        };
    }
}
