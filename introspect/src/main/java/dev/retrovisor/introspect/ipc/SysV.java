package dev.retrovisor.introspect.ipc;

import dev.retrovisor.introspect.kernel.KernelObject;

/** Names of System V's objects. */
final class SysV {
    private SysV() {}

    /**
     * {@code msqid 3 key 0x1234}; with the IPC namespace unless that is the first one.
     *
     * @param permissions address of the object's kern_ipc_perm
     */
    static String name(Exchange exchange, int hart, String what, long permissions) {
        KernelObject object = exchange.kernel().object("kern_ipc_perm", permissions);
        String name = "%s %d key 0x%x".formatted(what, object.getInt("id"), object.getInt("key"));
        return exchange.current(hart)
                .follow("nsproxy")
                .flatMap(namespaces -> namespaces.follow("ipc_ns"))
                .filter(namespace -> namespace.address()
                        != exchange.kernel().symbols().find("init_ipc_ns").orElse(0))
                .map(namespace -> "%s in ipc:[%d]".formatted(name, namespace.get("ns.inum")))
                .orElse(name);
    }
}
