/* Signals that are handled, kill, are merged, queue, are waited for and read; counters; tracing and others' memory. */
#include "channels.h"
#include <sys/eventfd.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

static void nothing(int signal)
{
    (void)signal;
}

static void block(int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    CHECK(sigprocmask(SIG_BLOCK, &set, 0) == 0);
}

static void sleeper(void *argument)
{
    struct sigaction action = {.sa_handler = nothing};
    CHECK(sigaction(SIGUSR1, &action, 0) == 0);
    block(SIGUSR2);
    block(SIGRTMIN);
    cells[(int)(intptr_t)argument] = 1;
    pause();
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGRTMIN);
    cells[(int)(intptr_t)argument] = 2;
    await((int)(intptr_t)argument, 3);
    /* Two of a kind that does not queue are one; three that queue are three. */
    for (int i = 0; i < 3; i++)
        CHECK(sigwaitinfo(&set, 0) > 0);
    int fd = signalfd(-1, &set, 0);
    struct signalfd_siginfo info;
    CHECK(read(fd, &info, sizeof info) == sizeof info);
    cells[(int)(intptr_t)argument] = 4;
    for (;;)
        pause();
}

static void kill_and_wait(pid_t process, int signal)
{
    int status;
    CHECK(kill(process, signal) == 0);
    CHECK(waitpid(process, &status, 0) == process && WIFSIGNALED(status) && WTERMSIG(status) == signal);
    truth("signal", getpid(), process, 0, 1);
}

static void ender(void *argument)
{
    (void)argument;
    _exit(0);
}

void signals(void)
{
    pid_t process = start(sleeper, 0);
    await(0, 1);
    await_sleep(process);
    CHECK(kill(process, SIGUSR1) == 0);
    await(0, 2);
    CHECK(kill(process, SIGUSR2) == 0 && kill(process, SIGUSR2) == 0);
    for (int i = 0; i < 3; i++)
        CHECK(sigqueue(process, SIGRTMIN, (union sigval){i}) == 0);
    /* Ignored: sent, and delivered to nobody. */
    CHECK(kill(process, SIGWINCH) == 0);
    cells[0] = 3;
    await(0, 4);
    truth("signal", getpid(), process, 0, 1 + 1 + 3);
    kill_and_wait(process, SIGTERM);

    process = start(sleeper, (void *)1);
    await(1, 1);
    CHECK(tgkill(process, process, SIGUSR1) == 0);
    truth("signal", getpid(), process, 0, 1);
    await(1, 2);
    kill_and_wait(process, SIGKILL);

    struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESTART}, old;
    CHECK(sigaction(SIGCHLD, &action, &old) == 0);
    process = start(ender, 0);
    finish(process);
    truth("signal", process, getpid(), 0, 1);
    CHECK(sigaction(SIGALRM, &action, 0) == 0 && sigaction(SIGPIPE, &action, 0) == 0);
    alarm(1);
    CHECK(pause() < 0);
    truth("signal", 0, getpid(), 0, 1);
    CHECK(sigaction(SIGCHLD, &old, 0) == 0);
}

static int counter;

static void add(void *argument)
{
    uint64_t value = (uintptr_t)argument;
    for (int i = 0; i < 5; i++)
        CHECK(write(counter, &value, 8) == 8);
}

void counters(void)
{
    uint64_t value;
    counter = eventfd(0, EFD_NONBLOCK);
    CHECK(read(counter, &value, 8) < 0);
    pid_t adders[] = {start(add, (void *)1), start(add, (void *)1000)};
    finish(adders[0]);
    finish(adders[1]);
    CHECK(read(counter, &value, 8) == 8 && value == 5005);
    truth("eventfd", adders[0], getpid(), 40, 5);
    truth("eventfd", adders[1], getpid(), 40, 5);
    close(counter);

    counter = eventfd(0, EFD_SEMAPHORE);
    pid_t adder = start(add, (void *)2);
    for (int i = 0; i < 10; i++)
        CHECK(read(counter, &value, 8) == 8 && value == 1);
    finish(adder);
    truth("eventfd", adder, getpid(), 40, 5);
    close(counter);

    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec soon = {.it_value = {0, 1000000}};
    CHECK(timerfd_settime(timer, 0, &soon, 0) == 0 && read(timer, &value, 8) == 8);
    truth("timerfd", 0, getpid(), 8, 1);
    close(timer);
}

static long word = 42;

static void traced(void *argument)
{
    (void)argument;
    CHECK(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
    raise(SIGSTOP);
    CHECK(word == 43);
    await(0, 1);
}

void tracing(void)
{
    int status;
    pid_t process = start(traced, 0);
    CHECK(waitpid(process, &status, 0) == process && WIFSTOPPED(status));
    truth("signal", process, process, 0, 1);
    CHECK(ptrace(PTRACE_PEEKDATA, process, &word, 0) == 42);
    truth("ptrace", process, getpid(), 8, 1);
    CHECK(ptrace(PTRACE_POKEDATA, process, &word, (void *)43) == 0);
    truth("ptrace", getpid(), process, 8, 1);
    CHECK(ptrace(PTRACE_CONT, process, 0, 0) == 0);
    /* It asked to be traced, and was let go on. */
    truth("ptrace", getpid(), process, 0, 2);

    char copy[100];
    struct iovec here = {copy, sizeof copy}, there = {&word, sizeof copy};
    CHECK(process_vm_readv(process, &here, 1, &there, 1, 0) == sizeof copy);
    truth("process-memory", process, getpid(), sizeof copy, 1);
    there.iov_len = here.iov_len = 8;
    CHECK(process_vm_writev(process, &here, 1, &there, 1, 0) == 8);
    truth("process-memory", getpid(), process, 8, 1);
    char name[32];
    snprintf(name, sizeof name, "/proc/%d/mem", process);
    int fd = open(name, O_RDWR);
    CHECK(fd >= 0 && pread(fd, copy, 50, (off_t)(uintptr_t)&word) == 50);
    truth("process-memory", process, getpid(), 50, 1);
    close(fd);
    cells[0] = 1;
    finish(process);
}
