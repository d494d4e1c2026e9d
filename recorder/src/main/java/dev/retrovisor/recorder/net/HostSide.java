package dev.retrovisor.recorder.net;

/**
 * What a network takes from its host beside sockets.
 *
 * @param resolvers whom to ask for names
 * @param reachability how to look whether a host answers
 */
record HostSide(Resolvers resolvers, Reachability reachability) {
    static HostSide real() {
        return new HostSide(Resolvers.ofHost(), Reachability::byJdk);
    }
}
