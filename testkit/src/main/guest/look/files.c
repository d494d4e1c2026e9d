// Open files of every kind.
#define _GNU_SOURCE
#include "look.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int make(const char *path, int flags, const char *content) {
    int fd = (int)must(open(path, flags | O_CREAT, 0640), path);
    must(write(fd, content, strlen(content)), path);
    return fd;
}

static void files(void) {
    mkdir("/tmp/data", 0755);
    int plain = make("/tmp/data/plain", O_RDWR, "the content of a plain file\n");
    must(lseek(plain, 12, SEEK_SET), "lseek");
    make("/tmp/data/appended", O_WRONLY | O_APPEND | O_CLOEXEC, "a line\n");
    must(flock(make("/tmp/data/locked", O_RDWR, "locked"), LOCK_EX), "flock");
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 3};
    must(fcntl(plain, F_SETLK, &range), "F_SETLK");
    make("/tmp/data/gone", O_RDWR, "deleted but open");
    unlink("/tmp/data/gone");
    make("/tmp/data/renamed", O_RDWR, "renamed");
    must(rename("/tmp/data/renamed", "/tmp/data/new name"), "rename");
    make("/tmp/data/\x1b[31mred\nname", O_RDWR, "forged");
    make("/tmp/mounted here/inside", O_RDWR, "on another mount");
    must(open("/tmp/data", O_RDONLY | O_DIRECTORY), "folder");
    must(open("/dev/null", O_WRONLY), "null");
    must(open("/dev/zero", O_RDONLY), "zero");
    must(open("/proc/self/status", O_RDONLY), "status");
    must(open("/proc/1/ns/uts", O_RDONLY), "ns");
    must(open("/sys/kernel/notes", O_RDONLY), "notes");
    must(open("/tmp/data/plain", O_PATH), "O_PATH");
    must(open("/tmp", O_TMPFILE | O_RDWR, 0600), "O_TMPFILE");
    int memo = (int)must(memfd_create("memo", MFD_ALLOW_SEALING), "memfd");
    must(ftruncate(memo, 8192), "ftruncate");
    must(chdir("/tmp/data"), "chdir");
    umask(027);
}

static void events(void) {
    int counter = (int)must(eventfd(5, EFD_SEMAPHORE), "eventfd");
    int timer = (int)must(timerfd_create(CLOCK_MONOTONIC, 0), "timerfd");
    struct itimerspec later = {.it_value.tv_sec = 100000, .it_interval.tv_sec = 7};
    must(timerfd_settime(timer, 0, &later, NULL), "timerfd_settime");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = (int)must(signalfd(-1, &set, 0), "signalfd");
    int notes = (int)must(inotify_init1(0), "inotify");
    must(inotify_add_watch(notes, "/tmp/data", IN_CREATE | IN_DELETE), "inotify_add_watch");
    int poll = (int)must(epoll_create1(0), "epoll");
    for (int i = 0; i < 3; i++) {
        int fd = i == 0 ? counter : i == 1 ? timer : signals;
        struct epoll_event event = {.events = EPOLLIN | (i == 1 ? (uint32_t)EPOLLET : 0), .data.u64 = 0x1000u + i};
        must(epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }
    fact("events eventfd=%d timerfd=%d signalfd=%d inotify=%d epoll=%d", counter, timer, signals, notes, poll);
}

const struct actor FILES[] = {{"files", files}, {"events", events}, {0}};
