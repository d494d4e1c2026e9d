package dev.retrovisor.guests;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * What this module looks at outside its cache.
 *
 * @param aptFolder apt's configuration, usually {@code /etc/apt}
 * @param keyringsFolder where packages put keyrings, usually {@code /usr/share/keyrings}
 * @param environment the process's environment: XDG folders and proxies
 * @param clock the wall clock, against which keys expire
 */
public record Host(Path aptFolder, Path keyringsFolder, Map<String, String> environment, InstantSource clock) {
    public Host {
        environment = Map.copyOf(environment);
    }

    public static Host ofThisMachine() {
        return new Host(Path.of("/etc/apt"), Path.of("/usr/share/keyrings"), System.getenv(), InstantSource.system());
    }

    /** {@code $XDG_CACHE_HOME/retrovisor}, or {@code ~/.cache/retrovisor} where that is unset or relative. */
    public Path cacheFolder() {
        String configured = environment.getOrDefault("XDG_CACHE_HOME", "");
        // XDG Base Directory Specification, "Environment variables": relative paths are invalid and to be ignored.
        Path base = configured.startsWith("/")
                ? Path.of(configured)
                : Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".cache");
        return base.resolve("retrovisor");
    }
}
