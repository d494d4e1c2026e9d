// Threads, signals, namespaces, states.
#define _GNU_SOURCE
#include "look.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CONTAINER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SLICE "/sys/fs/cgroup/system.slice"
#define SCOPE SLICE "/docker-" CONTAINER ".scope"

static pthread_mutex_t taken = PTHREAD_MUTEX_INITIALIZER;
static int never[2];

static void *lock_waiter(void *unused) {
    prctl(PR_SET_NAME, "t-locked");
    pthread_mutex_lock(&taken);
    return unused;
}

static void *sleeper(void *unused) {
    prctl(PR_SET_NAME, "t-asleep");
    nanosleep(&(struct timespec){.tv_sec = 1000000}, NULL);
    return unused;
}

static void *reader(void *unused) {
    prctl(PR_SET_NAME, "t-reading");
    char byte;
    must(read(never[0], &byte, 1), "read");
    return unused;
}

static void threads(void) {
    void *(*bodies[])(void *) = {lock_waiter, sleeper, reader};
    must(pipe(never), "pipe");
    pthread_mutex_lock(&taken);
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, bodies[i], NULL);
        await_rest(getpid() + 1 + i);
    }
}

static void ignore(int signal) {
    (void)signal;
}

static void signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, ignore);
    raise(SIGUSR1);
    kill(getpid(), SIGUSR2);
    for (int i = 0; i < 2; i++) {
        must(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 1000 + i}), "sigqueue");
    }
    fact("signals pid=%d pendingThread=SIGUSR1 pendingProcess=SIGUSR2,SIGRTMIN+1x2", getpid());
}

static void stopped(void) {
    raise(SIGSTOP);
}

static void traced(void) {
    must(ptrace(PTRACE_TRACEME, 0, NULL, NULL), "PTRACE_TRACEME");
    raise(SIGSTOP);
}

static void die(void) {
    exit(3);
}

static void vforks(void) {
    if (vfork() == 0) {
        for (;;) {
            pause();
        }
    }
}

static void states(void) {
    pid_t zombie = child(die);
    pid_t halted = child(stopped);
    pid_t tracee = child(traced);
    pid_t uninterruptible = child(vforks);
    fact("states pid=%d zombie=%d stopped=%d tracee=%d vfork=%d", getpid(), zombie, halted, tracee, uninterruptible);
}

static void identity(void) {
    setpriority(PRIO_PROCESS, 0, 5);
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    must(sched_setaffinity(0, sizeof first, &first), "affinity");
    must(setresgid(1000, 1001, 1002), "setresgid");
    must(setresuid(1000, 1001, 1002), "setresuid");
    must(setsid() < 0 ? setpgid(0, 0) : 0, "session");
}

static void realtime(void) {
    must(sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 10}), "SCHED_FIFO");
}

static void forged(void) {
    prctl(PR_SET_NAME, "\x1b[31mEV\nIL) R 1");
}

static void inner(void) {
    sethostname("box", 3);
    prctl(PR_SET_NAME, "look-inner");
    setenv("INNER", "1", 1);
}

static void container(void) {
    mkdir(SLICE, 0755);
    must(mkdir(SCOPE, 0755), "mkdir cgroup");
    int members = (int)must(open(SCOPE "/cgroup.procs", O_WRONLY), "cgroup.procs");
    must(write(members, "0", 1), "cgroup.procs");
    close(members);
    must(unshare(CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWCGROUP), "unshare");
    pid_t first = child(inner);
    fact("container pid=%d inner=%d id=%s", getpid(), first, CONTAINER);
}

const struct actor TASKS[] = {{"threads", threads},   {"signals", signals}, {"states", states},       {"identity", identity},
                              {"realtime", realtime}, {"forged", forged},   {"container", container}, {0}};
