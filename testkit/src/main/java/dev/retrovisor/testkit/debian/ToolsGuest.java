package dev.retrovisor.testkit.debian;

import dev.retrovisor.machine.board.PagingMode;

/**
 * The guest in which Debian's own tools look: ps, ipcs, lsns and lsfd at the processes of {@link LookGuest}, strace at a
 * program that calls all kinds of system calls. Each says its part behind a line {@code @@ tool NAME}.
 */
public final class ToolsGuest {
    private ToolsGuest() {}

    public static Recording recorded(int harts, PagingMode paging) {
        return new ProgramGuest("tools", """
                        /look > /dev/null || exit 1
                        echo "@@ tool ps"
                        /debian/ps -eL -ww -o pid,lwp,ppid,pgid,sid,ni,cls,rtprio,stat,uid,gid,vsz,rss,wchan:32,cgroup:90,args
                        echo "@@ tool ipcs"
                        /debian/ipcs
                        /debian/ipcs -p
                        echo "@@ tool lsns"
                        /debian/lsns -r -n -u -o NS,TYPE,NPROCS,PID
                        echo "@@ tool lsfd"
                        /debian/lsfd -r -n -u -o PID,TID,FD,TYPE,POS,NAME
                        echo "@@ tool strace"
                        /debian/strace -f -yy -o /tmp/strace.txt /calls
                        echo "@@ traced $?"
                        cat /tmp/strace.txt
                        echo "@@ tool end"
                        """)
                .program("look", "look", "-pthread")
                .program("calls", "calls", "-pthread", "-Wno-unused-result", "-Wno-nonnull")
                .archive(DebianTools.cpio())
                .recorded(harts, paging);
    }
}
