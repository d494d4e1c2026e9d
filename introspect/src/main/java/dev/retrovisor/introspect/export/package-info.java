/**
 * What introspection sees, in formats that other tools read: Graphviz DOT, SVG, ELF core, LiME, Perfetto's TrackEvent.
 * Names come from the guest and are hostile: each writer escapes them for its format, so no name can end what it stands in.
 */
package dev.retrovisor.introspect.export;
