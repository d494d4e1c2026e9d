package dev.retrovisor.cli;

/** Which Retrovisor this is. */
final class Version {
    /** The project's version; a test holds it to the pom's. */
    static final String NUMBER = "0.1.0";

    private Version() {}
}
