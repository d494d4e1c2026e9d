package dev.retrovisor.machine.probe;

import dev.retrovisor.machine.state.PageSpace;
import dev.retrovisor.machine.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Probes on virtual addresses. Code knows no virtual addresses, so each translation of a page with probes for fetching is
 * noted with the page of RAM behind it; there, and nowhere else, engines make code that looks at the page's
 * virtual address before the instruction.
 */
public final class PcProbes {
    private static final long PAGE_MASK = -(long) PageSpace.PAGE_BYTES;
    private static final long[] NO_PAGES = {};
    private static final List<Page> NOT_NOTED = List.of();
    private static final int NO_HART = -1;

    /** A probe, and when it was last called. */
    private static final class Place {
        final long address;
        final PcProbe probe;
        boolean removed;
        int lastHart = NO_HART;
        long lastStep;

        Place(long address, PcProbe probe) {
            this.address = address;
            this.probe = probe;
        }
    }

    /** A virtual page with probes, and the pages of RAM that were behind it since. */
    private static final class Page {
        final long address;
        final List<Integer> ramPages = new ArrayList<>();
        Place[] places = {};

        Page(long address) {
            this.address = address;
        }

        boolean has(int offset) {
            for (Place place : places) {
                if (place.address == address + offset) {
                    return true;
                }
            }
            return false;
        }
    }

    private final Probes probes;
    private final Clock clock;
    private final LinkedHashMap<Long, Page> pages = new LinkedHashMap<>();
    private final Map<Integer, List<Page>> noted = new HashMap<>();
    private boolean any;

    PcProbes(Probes probes, Clock clock) {
        this.probes = probes;
        this.clock = clock;
    }

    Probe add(long address, PcProbe probe) {
        var place = new Place(address, probe);
        Page page = pages.get(address & PAGE_MASK);
        if (page == null) {
            page = new Page(address & PAGE_MASK);
            pages.put(page.address, page);
            probes.follower().forgetFetches(page.address);
        }
        boolean known = page.has(offset(address));
        Place[] places = Arrays.copyOf(page.places, page.places.length + 1);
        places[places.length - 1] = place;
        page.places = places;
        any = true;
        if (!known) {
            placeChanged(page, offset(address));
        }
        return () -> remove(place);
    }

    private void remove(Place place) {
        if (place.removed) {
            return;
        }
        place.removed = true;
        Page page = pages.get(place.address & PAGE_MASK);
        page.places = Arrays.stream(page.places).filter(other -> other != place).toArray(Place[]::new);
        if (page.places.length == 0) {
            pages.remove(page.address);
            page.ramPages.forEach(ramPage -> noted.get(ramPage).remove(page));
            any = !pages.isEmpty();
        }
        if (!page.has(offset(place.address))) {
            placeChanged(page, offset(place.address));
        }
    }

    private void placeChanged(Page page, int offset) {
        page.ramPages.forEach(ramPage -> probes.follower().placeChanged(ramPage, offset));
    }

    private static int offset(long address) {
        return (int) (address & ~PAGE_MASK);
    }

    /** Whether there are any. */
    public boolean any() {
        return any;
    }

    /** Notes that fetches from a virtual page will go to a page of RAM from now on, without asking again. */
    public void noteFetches(long virtualPage, int ramPage) {
        if (!any) {
            return;
        }
        Page page = pages.get(virtualPage);
        if (page == null) {
            return;
        }
        List<Page> known = noted.computeIfAbsent(ramPage, _ -> new ArrayList<>());
        if (!known.contains(page)) {
            known.add(page);
            page.ramPages.add(ramPage);
            for (Place place : page.places) {
                probes.follower().placeChanged(ramPage, offset(place.address));
            }
        }
    }

    /** Whether a hart has to be looked at before what lies at an offset in a page of RAM. */
    public boolean isPlace(int ramPage, int offset) {
        if (any) {
            for (Page page : noted.getOrDefault(ramPage, NOT_NOTED)) {
                if (page.has(offset)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The virtual pages as whose part what lies at an offset in a page of RAM has a probe. */
    public long[] virtualPages(int ramPage, int offset) {
        if (!isPlace(ramPage, offset)) {
            return NO_PAGES;
        }
        return noted.get(ramPage).stream()
                .filter(page -> page.has(offset))
                .mapToLong(page -> page.address)
                .toArray();
    }

    /** A hart, whose state is exact, is about to fetch: calls the probes there that were not called yet at this step. */
    public void reach(int hart, long pc) {
        Page page = any ? pages.get(pc & PAGE_MASK) : null;
        if (page == null) {
            return;
        }
        long step = clock.steps();
        for (Place place : page.places) {
            boolean called = place.lastHart == hart && place.lastStep == step;
            if (place.address == pc && !called && !place.removed) {
                place.lastHart = hart;
                place.lastStep = step;
                probes.obey(place.probe.reached(hart, pc));
            }
        }
    }

    /** No translation holds any more, and no call was made yet. */
    void forget() {
        noted.clear();
        for (Page page : pages.values()) {
            List<Integer> ramPages = List.copyOf(page.ramPages);
            page.ramPages.clear();
            for (Place place : page.places) {
                place.lastHart = NO_HART;
                ramPages.forEach(ramPage -> probes.follower().placeChanged(ramPage, offset(place.address)));
            }
        }
    }
}
