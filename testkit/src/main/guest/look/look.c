// The controller: starts every actor in turn, lets the kernel tell the truth, then acts once more. Also what actors share.
#define _GNU_SOURCE
#include "look.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Where an actor finds the pipe that it answers through.
#define READY_FD 100

static const struct actor *const LISTS[] = {FILES, IPC, NETWORK, TASKS, MEMORY, NULL};

long must(long result, const char *what) {
    if (result < 0) {
        fprintf(stderr, "@@ failed %s: %s\n", what, strerror(errno));
        exit(1);
    }
    return result;
}

void fact(const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    printf("@@ fact %s\n", line);
    fflush(stdout);
}

void ready(void) {
    must(write(READY_FD, "r", 1), "ready");
    close(READY_FD);
}

void stay(void) {
    for (;;) {
        pause();
    }
}

pid_t child(void (*body)(void)) {
    pid_t pid = must(fork(), "fork");
    if (pid == 0) {
        close(READY_FD);
        body();
        stay();
    }
    await_rest(pid);
    return pid;
}

static int rests(pid_t tid) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/stat", tid);
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return 1;
    }
    ssize_t length = read(fd, line, sizeof line - 1);
    close(fd);
    line[length > 0 ? length : 0] = 0;
    char *state = strrchr(line, ')');
    return state == NULL || strchr("STtZD", state[2]) != NULL;
}

void await_rest(pid_t tid) {
    for (int seen = 0; seen < 3;) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        seen = rests(tid) ? seen + 1 : 0;
    }
}

static void start(const struct actor *actor) {
    int answer[2];
    must(pipe(answer), "pipe");
    pid_t pid = must(fork(), "fork");
    if (pid == 0) {
        must(dup2(answer[1], READY_FD), "dup2");
        close(answer[0]);
        close(answer[1]);
        char title[64], setting[64];
        snprintf(title, sizeof title, "look-%s", actor->name);
        snprintf(setting, sizeof setting, "ACTOR=%s", actor->name);
        char *arguments[] = {title, (char *)actor->name, "an argument with spaces", "", NULL};
        char *environment[] = {setting, "EMPTY=", "PATH=/bin", NULL};
        execve("/look", arguments, environment);
        must(-1, "execve");
    }
    close(answer[1]);
    char byte;
    if (read(answer[0], &byte, 1) != 1) {
        printf("@@ failed actor %s\n", actor->name);
        exit(1);
    }
    close(answer[0]);
    await_rest(pid);
    fact("actor name=%s pid=%d", actor->name, pid);
}

static void run_as(const char *name) {
    for (const struct actor *const *list = LISTS; *list != NULL; list++) {
        for (const struct actor *actor = *list; actor->name != NULL; actor++) {
            if (strcmp(actor->name, name) == 0) {
                char comm[16];
                snprintf(comm, sizeof comm, "look-%s", name);
                prctl(PR_SET_NAME, comm);
                actor->run();
                ready();
                stay();
            }
        }
    }
    fprintf(stderr, "no actor %s\n", name);
    exit(1);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        run_as(argv[1]);
    }
    must(mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL), "mount cgroup2");
    must(mount("mqueue", "/dev/mqueue", "mqueue", 0, NULL), "mount mqueue");
    // So that /proc shows addresses as they are to who may see them.
    int restriction = (int)must(open("/proc/sys/kernel/kptr_restrict", O_WRONLY), "kptr_restrict");
    must(write(restriction, "1", 1), "kptr_restrict");
    close(restriction);
    mkdir("/tmp/mounted here", 0755);
    must(mount("space", "/tmp/mounted here", "tmpfs", MS_NOSUID | MS_NOATIME, "size=64k,mode=700"), "mount tmpfs");
    for (const struct actor *const *list = LISTS; *list != NULL; list++) {
        for (const struct actor *actor = *list; actor->name != NULL; actor++) {
            start(actor);
        }
    }
    tell_truth();
    act();
    return 0;
}
