package dev.retrovisor.introspect.expression;

import dev.retrovisor.introspect.types.CType;
import dev.retrovisor.introspect.types.Types;
import java.util.Map;
import java.util.Optional;

/**
 * Types of the kernel's variables. BTF has those of per-CPU variables, and of others only in kernels that were built to say
 * them; of well-known ones their declarations are in the kernel's headers.
 */
final class KernelVariables {
    private static final Map<String, String> STRUCTS = Map.ofEntries(
            Map.entry("init_task", "task_struct"),
            Map.entry("init_mm", "mm_struct"),
            Map.entry("init_fs", "fs_struct"),
            Map.entry("init_files", "files_struct"),
            Map.entry("init_cred", "cred"),
            Map.entry("init_nsproxy", "nsproxy"),
            Map.entry("init_pid_ns", "pid_namespace"),
            Map.entry("init_user_ns", "user_namespace"),
            Map.entry("init_uts_ns", "uts_namespace"),
            Map.entry("init_ipc_ns", "ipc_namespace"),
            Map.entry("init_cgroup_ns", "cgroup_namespace"),
            Map.entry("init_time_ns", "time_namespace"),
            Map.entry("init_net", "net"),
            Map.entry("root_task_group", "task_group"),
            Map.entry("tk_core", "tk_data"),
            Map.entry("contig_page_data", "pglist_data"),
            Map.entry("cgrp_dfl_root", "cgroup_root"),
            Map.entry("ioport_resource", "resource"),
            Map.entry("iomem_resource", "resource"),
            Map.entry("modules", "list_head"),
            Map.entry("super_blocks", "list_head"),
            Map.entry("slab_caches", "list_head"),
            Map.entry("vmap_area_list", "list_head"));

    private static final Map<String, CType> NUMBERS = Map.of(
            "jiffies", TypeName.UNSIGNED_LONG,
            "jiffies_64", TypeName.UNSIGNED_LONG,
            "nr_cpu_ids", TypeName.INT,
            "nr_threads", TypeName.INT,
            "system_state", TypeName.INT,
            "panic_timeout", TypeName.INT,
            "total_forks", TypeName.UNSIGNED_LONG,
            "max_pfn", TypeName.UNSIGNED_LONG,
            "min_low_pfn", TypeName.UNSIGNED_LONG,
            "satp_mode", TypeName.UNSIGNED_LONG);

    private static final Map<String, CType> ARRAYS = Map.of(
            "linux_banner", new CType.Array(TypeName.CHAR, 512),
            "saved_command_line", new CType.Pointer(() -> TypeName.CHAR),
            "boot_command_line", new CType.Array(TypeName.CHAR, 1024));

    private KernelVariables() {}

    static Optional<CType> type(Types types, String symbol) {
        return types.findVariable(symbol)
                .or(() -> Optional.ofNullable(STRUCTS.get(symbol))
                        .flatMap(types::findStruct)
                        .map(CType.Struct::new))
                .or(() -> Optional.ofNullable(NUMBERS.get(symbol)))
                .or(() -> Optional.ofNullable(ARRAYS.get(symbol)));
    }
}
