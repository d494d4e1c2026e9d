package dev.retrovisor.introspect.ipc;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What processes talk over. */
public enum ChannelKind {
    PIPE,
    FIFO,
    UNIX_STREAM,
    UNIX_DATAGRAM,
    UNIX_SEQPACKET,
    SYSV_MESSAGE,
    SYSV_SEMAPHORE,
    SYSV_MEMORY,
    POSIX_QUEUE,
    SHARED_MAPPING,
    FUTEX,
    SIGNAL,
    EVENTFD,
    TIMERFD,
    NETLINK,
    TCP,
    UDP,
    PTRACE,
    /** Memory of another process by process_vm_readv, process_vm_writev or its file in /proc. */
    PROCESS_MEMORY;

    /** As it is printed and filtered: {@code unix-stream}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static List<String> words() {
        return Arrays.stream(values()).map(ChannelKind::word).toList();
    }
}
