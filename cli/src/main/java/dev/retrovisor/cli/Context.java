package dev.retrovisor.cli;

import dev.retrovisor.guests.Guests;
import java.time.Clock;

/**
 * What commands look at outside their options.
 *
 * @param clock wall clock and time zone, for names and dates
 */
record Context(Screen screen, Guests guests, Clock clock) {
    static Context ofProcess(Screen screen) {
        return new Context(screen, Guests.ofThisMachine(), Clock.systemDefaultZone());
    }
}
