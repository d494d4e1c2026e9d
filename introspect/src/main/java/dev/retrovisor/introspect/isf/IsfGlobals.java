package dev.retrovisor.introspect.isf;

import java.util.Map;

/**
 * Structures that well-known symbols of Linux are. A kernel's own description of its types does not say it, and
 * Volatility's plugins begin at these.
 */
final class IsfGlobals {
    static final Map<String, String> STRUCTS = Map.ofEntries(
            Map.entry("init_task", "task_struct"),
            Map.entry("init_mm", "mm_struct"),
            Map.entry("init_fs", "fs_struct"),
            Map.entry("init_files", "files_struct"),
            Map.entry("init_nsproxy", "nsproxy"),
            Map.entry("init_pid_ns", "pid_namespace"),
            Map.entry("init_uts_ns", "uts_namespace"),
            Map.entry("init_ipc_ns", "ipc_namespace"),
            Map.entry("init_net", "net"),
            Map.entry("init_user_ns", "user_namespace"),
            Map.entry("init_cgroup_ns", "cgroup_namespace"),
            Map.entry("init_cred", "cred"),
            Map.entry("modules", "list_head"),
            Map.entry("module_kset", "kset"),
            Map.entry("super_blocks", "list_head"),
            Map.entry("slab_caches", "list_head"),
            Map.entry("net_namespace_list", "list_head"),
            Map.entry("tty_drivers", "list_head"),
            Map.entry("keyboard_notifier_list", "atomic_notifier_head"),
            Map.entry("iomem_resource", "resource"),
            Map.entry("ioport_resource", "resource"),
            Map.entry("prog_idr", "idr"),
            Map.entry("map_idr", "idr"),
            Map.entry("tcp_hashinfo", "inet_hashinfo"),
            Map.entry("udp_table", "udp_table"));

    private IsfGlobals() {}
}
