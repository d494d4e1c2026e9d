// What the kernel does most: system calls, context switches, processes, page faults.
#define _GNU_SOURCE
#include "bench.h"
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static u64 getpid_calls(void) {
    enum { CALLS = 1000000 };
    long self = syscall(SYS_getpid), parent = syscall(SYS_getppid);
    u64 right = 0;
    for (int i = 0; i < CALLS / 2; i++) {
        right += syscall(SYS_getpid) == self;
        right += syscall(SYS_getppid) == parent;
    }
    return right;
}

static u64 pipes(void) {
    enum { ROUND_TRIPS = 10000 };
    int there[2], back[2];
    u64 sum = 0;
    unsigned char byte = 0;
    if (pipe(there) || pipe(back)) return 0;
    pid_t child = fork();
    if (child == 0) {
        close(there[1]);
        while (read(there[0], &byte, 1) == 1) byte++, (void)!write(back[1], &byte, 1);
        _exit(0);
    }
    for (int i = 0; i < ROUND_TRIPS; i++) {
        byte = (unsigned char)i;
        if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) return 0;
        sum += byte;
    }
    close(there[1]), close(there[0]), close(back[0]), close(back[1]);
    waitpid(child, NULL, 0);
    return sum;
}

static u64 processes(void) {
    enum { PROCESSES = 250 };
    u64 ended = 0;
    for (int i = 0; i < PROCESSES; i++) {
        int status = 1;
        pid_t child = fork();
        if (child == 0) {
            execl("/proc/self/exe", "bench", NULL);
            _exit(1);
        }
        waitpid(child, &status, 0);
        ended += status == 0;
    }
    return ended;
}

static u64 faults(void) {
    enum { PAGES = 25600, ROUNDS = 2, PAGE_BYTES = 4096 };
    u64 sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        char *area = mmap(NULL, PAGES * (size_t)PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (area == MAP_FAILED) return 0;
        madvise(area, PAGES * (size_t)PAGE_BYTES, MADV_NOHUGEPAGE);
        for (long page = 0; page < PAGES; page++) area[page * PAGE_BYTES] = 1, sum++;
        munmap(area, PAGES * (size_t)PAGE_BYTES);
    }
    return sum;
}

const struct workload SYSTEM[] = {
    {"system", "getpid", NULL, getpid_calls},
    {"system", "pipe", NULL, pipes},
    {"system", "forkexec", NULL, processes},
    {"system", "faults", NULL, faults},
    {0},
};
