package dev.retrovisor.cli;

import dev.retrovisor.guests.Guests;
import dev.retrovisor.traces.disk.ImageHashes;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * What commands look at outside their options.
 *
 * @param clock wall clock and time zone, for names and dates; reading the zone's rules takes a while, so it is asked for where one is shown
 */
record Context(Screen screen, Guests guests, Supplier<Clock> clock) {
    static Context ofProcess(Screen screen) {
        return new Context(screen, Guests.ofThisMachine(ImageHashes.inUserCache()::sha256), Clock::systemDefaultZone);
    }
}
