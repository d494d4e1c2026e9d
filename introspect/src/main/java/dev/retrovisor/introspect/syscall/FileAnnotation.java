package dev.retrovisor.introspect.syscall;

/**
 * What a file descriptor is.
 *
 * @param text in angle brackets; empty if it is none
 * @param name what stands between the brackets
 */
record FileAnnotation(String text, String name) {
    static final FileAnnotation NONE = new FileAnnotation("", "");

    static FileAnnotation of(String text) {
        return text.length() < 2 ? NONE : new FileAnnotation(text, text.substring(1, text.lastIndexOf('>')));
    }
}
