// Forks, executes, signals and exits in a known order: the last act.
#define _GNU_SOURCE
#include "look.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void said(const char *what, pid_t pid, int status) {
    if (WIFSIGNALED(status)) {
        printf("@@ act %s pid=%d signal=%d\n", what, pid, WTERMSIG(status));
    } else {
        printf("@@ act %s pid=%d code=%d\n", what, pid, WEXITSTATUS(status));
    }
    fflush(stdout);
}

static void end(const char *what, pid_t pid) {
    int status = 0;
    must(waitpid(pid, &status, 0), "waitpid");
    said(what, pid, status);
}

static void *named_thread(void *unused) {
    prctl(PR_SET_NAME, "act-thread");
    return unused;
}

void act(void) {
    printf("@@ act begin\n");
    fflush(stdout);
    tcdrain(STDOUT_FILENO);
    for (int code = 0; code < 5; code++) {
        pid_t pid = must(fork(), "fork");
        if (pid == 0) {
            _exit(code * 10);
        }
        end("exit", pid);
    }
    pid_t killed = must(fork(), "fork");
    if (killed == 0) {
        stay();
    }
    kill(killed, SIGKILL);
    end("killed", killed);
    pid_t crashed = must(fork(), "fork");
    if (crashed == 0) {
        raise(SIGSEGV);
    }
    end("crashed", crashed);
    pid_t executed = must(fork(), "fork");
    if (executed == 0) {
        char *arguments[] = {"sh", "-c", "exit $CODE", NULL};
        char *environment[] = {"CODE=42", NULL};
        execve("/bin/sh", arguments, environment);
        _exit(1);
    }
    end("executed", executed);
    pid_t missing = must(vfork(), "vfork");
    if (missing == 0) {
        char *arguments[] = {"nothing", NULL};
        execv("/bin/no such program", arguments);
        _exit(127);
    }
    end("not-executed", missing);
    pid_t threaded = must(fork(), "fork");
    if (threaded == 0) {
        for (int i = 0; i < 3; i++) {
            pthread_t thread;
            pthread_create(&thread, NULL, named_thread, NULL);
            pthread_join(thread, NULL);
        }
        prctl(PR_SET_NAME, "act-renamed");
        exit(7);
    }
    end("threaded", threaded);
    printf("@@ act end\n");
    fflush(stdout);
}
