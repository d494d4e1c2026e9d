package dev.retrovisor.machine.virtio;

import dev.retrovisor.machine.device.IrqLine;
import dev.retrovisor.machine.disk.DiskOverlay;
import dev.retrovisor.machine.event.DeviceEvent;
import dev.retrovisor.machine.event.DeviceEventSink;
import dev.retrovisor.machine.memory.GuestMemory;
import dev.retrovisor.machine.state.Derived;
import dev.retrovisor.machine.state.StateFormatException;
import dev.retrovisor.machine.state.StateReader;
import dev.retrovisor.machine.state.StateWriter;
import dev.retrovisor.machine.state.Xxh64;
import dev.retrovisor.machine.time.Alarms;
import dev.retrovisor.machine.time.Clock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Block device (virtio 1.2, "Block Device") over a {@link DiskOverlay}.
 *
 * <p>A request is taken when the driver notifies, and done as a whole (its descriptors read, its data moved, its status
 * written) when the configured latency has passed in virtual time. Requests complete in the order in which they were
 * taken; so a flush has nothing left to do, and a discard or write of zeros is ordered with reads and writes.
 *
 * <p>Each change of the disk is a {@link DeviceEvent.DiskWrite}. Its hash is that of the bytes written, chained over
 * pieces of 64 KiB (each piece's XXH64 is the next one's seed, the first seed is 0); {@value #ZEROED} for sectors that
 * were zeroed or discarded.
 */
public final class VirtioBlock extends VirtioDevice {
    /** Content hash in the event of a discard or a write of zeros. */
    public static final long ZEROED = 0;

    private static final int DEVICE_ID = 2;
    private static final int QUEUE_SIZE = 256;

    private static final long FEATURE_SEG_MAX = 1L << 2;
    private static final long FEATURE_RO = 1L << 5;
    private static final long FEATURE_BLK_SIZE = 1L << 6;
    private static final long FEATURE_FLUSH = 1L << 9;
    private static final long FEATURE_TOPOLOGY = 1L << 10;
    private static final long FEATURE_DISCARD = 1L << 13;
    private static final long FEATURE_WRITE_ZEROES = 1L << 14;

    private static final int CONFIG_BYTES = 60;
    private static final int CONFIG_CAPACITY = 0;
    private static final int CONFIG_SEG_MAX = 12;
    private static final int CONFIG_BLK_SIZE = 20;
    private static final int CONFIG_PHYSICAL_BLOCK_EXP = 24;
    private static final int CONFIG_MIN_IO_SIZE = 26;
    private static final int CONFIG_MAX_DISCARD_SECTORS = 36;
    private static final int CONFIG_MAX_DISCARD_SEG = 40;
    private static final int CONFIG_DISCARD_ALIGNMENT = 44;
    private static final int CONFIG_MAX_WRITE_ZEROES_SECTORS = 48;
    private static final int CONFIG_MAX_WRITE_ZEROES_SEG = 52;
    private static final int CONFIG_MAY_UNMAP = 56;

    private static final int TYPE_IN = 0;
    private static final int TYPE_OUT = 1;
    private static final int TYPE_FLUSH = 4;
    private static final int TYPE_GET_ID = 8;
    private static final int TYPE_DISCARD = 11;
    private static final int TYPE_WRITE_ZEROES = 13;

    private static final int STATUS_OK = 0;
    private static final int STATUS_IOERR = 1;
    private static final int STATUS_UNSUPP = 2;

    private static final int HEADER_BYTES = 16;
    private static final int ID_BYTES = 20;
    private static final int RANGE_BYTES = 16;
    private static final int FLAG_UNMAP = 1;
    private static final int SECTOR_BYTES = DiskOverlay.SECTOR_BYTES;
    private static final int PAGE_SECTORS = DiskOverlay.PAGE_BYTES / SECTOR_BYTES;

    /** Bounds on what one request may ask of the host: 16 ranges of 2 GiB to zero, 1 GiB to move. */
    private static final int MAX_RANGES = 16;

    private static final long MAX_RANGE_SECTORS = 1L << 22;
    private static final long MAX_TRANSFER_BYTES = 1L << 30;
    private static final int PIECE_BYTES = 64 * 1024;

    private final int disk;
    private final DiskOverlay content;
    private final boolean readOnly;

    @Derived("fixed when the device is made")
    private final byte[] id;

    private final long latencyNanos;
    private final Clock clock;
    private final Alarms.Alarm alarm;
    private final DeviceEventSink events;

    /** Requests taken and not done, in order; their deadlines never decrease. */
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();

    @Derived("holds a piece of one request while it is done")
    private final byte[] buffer = new byte[PIECE_BYTES];

    private record Pending(int head, long deadlineNanos) {}

    /**
     * @param disk the number that stands in this disk's events
     * @param serial at most 20 ASCII characters, what GET_ID gives
     * @param latencyNanos virtual time from a request to its completion
     */
    public VirtioBlock(
            int disk,
            DiskOverlay content,
            boolean readOnly,
            String serial,
            long latencyNanos,
            Clock clock,
            Alarms alarms,
            GuestMemory memory,
            IrqLine irq,
            DeviceEventSink events) {
        super("virtio-blk" + disk, DEVICE_ID, features(readOnly), CONFIG_BYTES, 1, QUEUE_SIZE, memory, irq);
        this.disk = disk;
        this.content = content;
        this.readOnly = readOnly;
        this.id = Arrays.copyOf(serial.getBytes(StandardCharsets.US_ASCII), ID_BYTES);
        this.latencyNanos = latencyNanos;
        this.clock = clock;
        this.alarm = alarms.create(this::complete);
        this.events = events;
        putConfig(CONFIG_CAPACITY, 8, content.sizeBytes() / SECTOR_BYTES);
        putConfig(CONFIG_SEG_MAX, 4, QUEUE_SIZE - 2);
        putConfig(CONFIG_BLK_SIZE, 4, SECTOR_BYTES);
        // Writes of whole pages need no read before: say that the physical block is one.
        putConfig(CONFIG_PHYSICAL_BLOCK_EXP, 1, Integer.numberOfTrailingZeros(PAGE_SECTORS));
        putConfig(CONFIG_MIN_IO_SIZE, 2, PAGE_SECTORS);
        if (!readOnly) {
            putConfig(CONFIG_MAX_DISCARD_SECTORS, 4, MAX_RANGE_SECTORS);
            putConfig(CONFIG_MAX_DISCARD_SEG, 4, MAX_RANGES);
            putConfig(CONFIG_DISCARD_ALIGNMENT, 4, PAGE_SECTORS);
            putConfig(CONFIG_MAX_WRITE_ZEROES_SECTORS, 4, MAX_RANGE_SECTORS);
            putConfig(CONFIG_MAX_WRITE_ZEROES_SEG, 4, MAX_RANGES);
            putConfig(CONFIG_MAY_UNMAP, 1, 1);
        }
    }

    @Override
    void notified(int queueIndex) {
        Virtqueue queue = queue(0);
        long deadlineNanos = clock.virtualNanos() + latencyNanos;
        for (int head = queue.next(); head != Virtqueue.NONE; head = queue.next()) {
            pending.add(new Pending(head, deadlineNanos));
        }
        setAlarm();
    }

    @Override
    void stopped(int queueIndex) {
        pending.clear();
        alarm.cancel();
    }

    @Override
    void saveOwn(StateWriter out) {
        out.putInt(pending.size());
        for (Pending request : pending) {
            out.putInt(request.head());
            out.putLong(request.deadlineNanos());
        }
    }

    @Override
    void loadOwn(StateReader in) {
        int count = in.getInt();
        if (count < 0 || count > QUEUE_SIZE || count > 0 && !queue(0).isReady()) {
            throw new StateFormatException(
                    "%s: found %d pending requests, at most %d can be, and none in a stopped queue"
                            .formatted(name(), count, QUEUE_SIZE));
        }
        pending.clear();
        for (int i = 0; i < count; i++) {
            int head = in.getInt();
            long deadlineNanos = in.getLong();
            if (head < 0 || head >= QUEUE_SIZE) {
                throw new StateFormatException(
                        "%s: found request %d, the queue's size is %d".formatted(name(), head, QUEUE_SIZE));
            }
            pending.add(new Pending(head, deadlineNanos));
        }
    }

    private static long features(boolean readOnly) {
        long always = FEATURE_SEG_MAX | FEATURE_BLK_SIZE | FEATURE_FLUSH | FEATURE_TOPOLOGY;
        return always | (readOnly ? FEATURE_RO : FEATURE_DISCARD | FEATURE_WRITE_ZEROES);
    }

    private void setAlarm() {
        if (pending.isEmpty()) {
            alarm.cancel();
        } else {
            alarm.setAt(pending.element().deadlineNanos());
        }
    }

    /** The alarm: does every request that is due together with the first. */
    private void complete() {
        Virtqueue queue = queue(0);
        if (pending.isEmpty()) {
            return;
        }
        long dueNanos = pending.element().deadlineNanos();
        while (!pending.isEmpty() && pending.element().deadlineNanos() <= dueNanos) {
            int head = pending.remove().head();
            DescriptorChain chain = status.running() ? queue.chain(head) : null;
            if (chain == null || !serve(head, chain)) {
                pending.clear();
                break;
            }
        }
        queue.signal();
        setAlarm();
    }

    /** False if the request has no room for header and status: the device then needs a reset. */
    private boolean serve(int head, DescriptorChain chain) {
        if (chain.readableBytes() < HEADER_BYTES || chain.writableBytes() < 1) {
            status.needsReset();
            return false;
        }
        chain.gather(0, buffer, 0, HEADER_BYTES);
        int type = (int) little(buffer, 0, 4);
        long sector = little(buffer, 8, 8);
        long statusAt = chain.writableBytes() - 1;
        int result = switch (type) {
            case TYPE_IN -> readSectors(chain, sector, statusAt);
            case TYPE_OUT -> writeSectors(chain, sector, chain.readableBytes() - HEADER_BYTES);
            case TYPE_FLUSH -> STATUS_OK;
            case TYPE_GET_ID -> giveId(chain, statusAt);
            case TYPE_DISCARD, TYPE_WRITE_ZEROES -> changeRanges(chain, type);
            default -> STATUS_UNSUPP;
        };
        buffer[0] = (byte) result;
        chain.scatter(statusAt, buffer, 0, 1);
        queue(0).push(head, result == STATUS_OK ? writtenBytes(type, statusAt) + 1 : 1);
        return true;
    }

    private static long writtenBytes(int type, long dataBytes) {
        return switch (type) {
            case TYPE_IN -> dataBytes;
            case TYPE_GET_ID -> Math.min(dataBytes, ID_BYTES);
            default -> 0;
        };
    }

    private int readSectors(DescriptorChain chain, long sector, long lengthBytes) {
        if (!canTransfer(sector, lengthBytes)) {
            return STATUS_IOERR;
        }
        long start = sector * SECTOR_BYTES;
        for (long done = 0; done < lengthBytes; done += PIECE_BYTES) {
            int count = (int) Math.min(PIECE_BYTES, lengthBytes - done);
            content.read(start + done, buffer, 0, count);
            chain.scatter(done, buffer, 0, count);
        }
        return STATUS_OK;
    }

    private int writeSectors(DescriptorChain chain, long sector, long lengthBytes) {
        if (readOnly || !canTransfer(sector, lengthBytes)) {
            return STATUS_IOERR;
        }
        long start = sector * SECTOR_BYTES;
        long hash = 0;
        for (long done = 0; done < lengthBytes; done += PIECE_BYTES) {
            int count = (int) Math.min(PIECE_BYTES, lengthBytes - done);
            chain.gather(HEADER_BYTES + done, buffer, 0, count);
            content.write(start + done, buffer, 0, count);
            hash = Xxh64.hash(buffer, 0, count, hash);
        }
        if (lengthBytes > 0) {
            tellWrite(sector, lengthBytes / SECTOR_BYTES, hash);
        }
        return STATUS_OK;
    }

    private int giveId(DescriptorChain chain, long roomBytes) {
        chain.scatter(0, id, 0, (int) Math.min(roomBytes, ID_BYTES));
        return STATUS_OK;
    }

    /** Discard or write of zeros: all ranges are looked at before the first is changed. */
    private int changeRanges(DescriptorChain chain, int type) {
        long lengthBytes = chain.readableBytes() - HEADER_BYTES;
        if (readOnly || lengthBytes == 0 || lengthBytes % RANGE_BYTES != 0 || lengthBytes > MAX_RANGES * RANGE_BYTES) {
            return STATUS_IOERR;
        }
        int end = (int) lengthBytes;
        chain.gather(HEADER_BYTES, buffer, 0, end);
        for (int at = 0; at < end; at += RANGE_BYTES) {
            long flags = little(buffer, at + 12, 4);
            if ((flags & ~FLAG_UNMAP) != 0 || type == TYPE_DISCARD && flags != 0) {
                return STATUS_UNSUPP;
            }
            long sectors = little(buffer, at + 8, 4);
            if (sectors > MAX_RANGE_SECTORS || !isOnDisk(little(buffer, at, 8), sectors)) {
                return STATUS_IOERR;
            }
        }
        for (int at = 0; at < end; at += RANGE_BYTES) {
            long sector = little(buffer, at, 8);
            long sectors = little(buffer, at + 8, 4);
            if (type == TYPE_DISCARD) {
                content.discard(sector * SECTOR_BYTES, sectors * SECTOR_BYTES);
            } else {
                content.zero(sector * SECTOR_BYTES, sectors * SECTOR_BYTES);
            }
            tellWrite(sector, sectors, ZEROED);
        }
        return STATUS_OK;
    }

    private void tellWrite(long sector, long sectorCount, long contentHash) {
        events.accept(new DeviceEvent.DiskWrite(clock.steps(), disk, sector, (int) sectorCount, contentHash));
    }

    private boolean canTransfer(long sector, long lengthBytes) {
        return lengthBytes % SECTOR_BYTES == 0
                && lengthBytes <= MAX_TRANSFER_BYTES
                && isOnDisk(sector, lengthBytes / SECTOR_BYTES);
    }

    private boolean isOnDisk(long sector, long sectorCount) {
        long capacity = content.sizeBytes() / SECTOR_BYTES;
        return sector >= 0 && sectorCount <= capacity && sector <= capacity - sectorCount;
    }

    private static long little(byte[] bytes, int offset, int sizeBytes) {
        long value = 0;
        for (int i = 0; i < sizeBytes; i++) {
            value |= (bytes[offset + i] & 0xFFL) << 8 * i;
        }
        return value;
    }
}
