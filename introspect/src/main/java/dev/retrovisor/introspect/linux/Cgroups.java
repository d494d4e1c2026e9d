package dev.retrovisor.introspect.linux;

import dev.retrovisor.introspect.kernel.KernelObject;
import dev.retrovisor.introspect.kernel.KernelView;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Control groups by their paths, and what containers' managers write into them. */
public final class Cgroups {
    private static final int MOST_DEPTH = 128;
    private static final int MOST_NAME_BYTES = 256;

    /**
     * What a container is called: 64 digits for Docker, containerd, CRI-O, Podman and all that follow them; names for LXC
     * and systemd's machines.
     */
    private static final List<Pattern> CONTAINER_PATTERNS = List.of(
            Pattern.compile("(?:^|[/:-])([0-9a-f]{64})(?:\\.scope)?(?:/|$)"),
            Pattern.compile("/lxc(?:\\.payload)?[./]([^/]+)"),
            Pattern.compile("/machine\\.slice/(?:machine-([^/]+)\\.scope|systemd-nspawn@([^/]+)\\.service)"));

    private Cgroups() {}

    /** The path of a struct cgroup from the root of its hierarchy; {@code /} for the root itself. */
    public static String path(KernelView kernel, KernelObject cgroup) {
        KernelObject node = cgroup.to("kn");
        String parent = node.has("parent") ? "parent" : "__parent";
        var names = kernel.walk(
                        "cgroup at 0x%x".formatted(cgroup.address()),
                        MOST_DEPTH,
                        node::address,
                        at -> kernel.object("kernfs_node", at).get(parent),
                        at -> at == 0)
                .map(at -> kernel.object("kernfs_node", at).pointedText("name", MOST_NAME_BYTES))
                .filter(name -> !name.isEmpty())
                .toList();
        return "/" + String.join("/", names.reversed());
    }

    /** The container that a cgroup's path belongs to, if it is a container's. */
    public static Optional<String> container(String path) {
        for (Pattern pattern : CONTAINER_PATTERNS) {
            Matcher found = pattern.matcher(path);
            if (found.find()) {
                for (int group = 1; group <= found.groupCount(); group++) {
                    if (found.group(group) != null) {
                        return Optional.of(found.group(group));
                    }
                }
            }
        }
        return Optional.empty();
    }
}
