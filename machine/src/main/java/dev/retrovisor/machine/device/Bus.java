package dev.retrovisor.machine.device;

import dev.retrovisor.machine.state.Derived;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The physical address space outside RAM: which device answers where. Accesses are naturally aligned and 1, 2, 4 or 8
 * bytes long; a misaligned one is mapped nowhere.
 */
public final class Bus {
    private final List<MmioDevice> attached = new ArrayList<>();

    @Derived("wiring: windows in ascending order, set up by the board")
    private Window[] windows = {};

    @Derived("the window of the last access, a cache")
    private Window last = new Window(0, 0, null);

    /** Devices never see addresses, only offsets from {@code start}. */
    private record Window(long start, long lengthBytes, MmioDevice device) {
        boolean holds(long physicalAddress, int sizeBytes) {
            long offset = physicalAddress - start;
            // Also false for a negative offset, and for addresses beyond 2^63, which wrap to one.
            return offset >= 0 && offset <= lengthBytes - sizeBytes;
        }
    }

    /**
     * Puts a device at {@code [start, start + lengthBytes)}; windows must not overlap.
     *
     * @param start at least 0, a multiple of 8, as is {@code lengthBytes}
     */
    public void attach(long start, long lengthBytes, MmioDevice device) {
        if (start < 0 || lengthBytes <= 0 || start > Long.MAX_VALUE - lengthBytes || ((start | lengthBytes) & 7) != 0) {
            throw new IllegalArgumentException(
                    "%s: no window at 0x%x with length 0x%x".formatted(device.name(), start, lengthBytes));
        }
        for (Window other : windows) {
            if (start < other.start + other.lengthBytes && other.start < start + lengthBytes) {
                throw new IllegalArgumentException(
                        "%s at 0x%x overlaps %s".formatted(device.name(), start, other.device.name()));
            }
        }
        Window[] more = Arrays.copyOf(windows, windows.length + 1);
        more[windows.length] = new Window(start, lengthBytes, device);
        Arrays.sort(more, (a, b) -> Long.compare(a.start, b.start));
        windows = more;
        attached.add(device);
    }

    /** All devices in the order in which they were attached. */
    public List<MmioDevice> devices() {
        return Collections.unmodifiableList(attached);
    }

    /** Whether a device answers to this access; if not, it is an access fault. */
    public boolean maps(long physicalAddress, int sizeBytes) {
        return find(physicalAddress, sizeBytes) != null;
    }

    /** Reads from a device, zero-extended; {@link #maps} must be true of the access. */
    public long read(long physicalAddress, int sizeBytes) {
        Window window = require(physicalAddress, sizeBytes);
        return window.device.read(physicalAddress - window.start, sizeBytes);
    }

    /** Writes to a device; {@link #maps} must be true of the access. */
    public void write(long physicalAddress, int sizeBytes, long value) {
        Window window = require(physicalAddress, sizeBytes);
        window.device.write(physicalAddress - window.start, sizeBytes, value);
    }

    private Window require(long physicalAddress, int sizeBytes) {
        Window window = find(physicalAddress, sizeBytes);
        if (window == null) {
            throw new IllegalArgumentException(
                    "no device takes %d bytes at physical address 0x%x".formatted(sizeBytes, physicalAddress));
        }
        return window;
    }

    /** The window that holds all of an aligned access, or null. */
    private Window find(long physicalAddress, int sizeBytes) {
        if ((physicalAddress & sizeBytes - 1) != 0) {
            return null;
        }
        if (last.holds(physicalAddress, sizeBytes)) {
            return last;
        }
        int low = 0;
        int high = windows.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Window window = windows[middle];
            if (window.holds(physicalAddress, sizeBytes)) {
                last = window;
                return window;
            }
            if (window.start > physicalAddress || physicalAddress < 0) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return null;
    }
}
