/* Shared memory: System V segments, files, memfd and anonymous memory across fork; futexes in it. */
#include "channels.h"
#include <linux/futex.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>

static int segment, file;

static void attacher(void *argument)
{
    (void)argument;
    void *at = shmat(segment, 0, 0);
    CHECK(at != (void *)-1);
    truth_sharing("attach", "sysv-memory", getpid(), 1);
    CHECK(shmdt(at) == 0);
    truth_sharing("detach", "sysv-memory", getpid(), 1);
}

static void mapper(void *argument)
{
    (void)argument;
    void *first = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CHECK(first != MAP_FAILED);
    truth_sharing("attach", "shared-mapping", getpid(), 1);
    /* The same file, but a page that nobody else has. */
    void *other = mmap(0, 4096, PROT_READ, MAP_SHARED, file, 2 * 4096);
    CHECK(other != MAP_FAILED);
    truth_sharing("attach", "shared-mapping", getpid(), 0);
    CHECK(munmap(other, 4096) == 0);
    truth_sharing("detach", "shared-mapping", getpid(), 0);
    CHECK(munmap(first, 4096) == 0);
    truth_sharing("detach", "shared-mapping", getpid(), 1);
}

void shared_memory(void)
{
    segment = shmget(IPC_PRIVATE, 8192, 0600);
    file = memfd_create("shared", 0);
    CHECK(segment >= 0 && file >= 0 && ftruncate(file, 3 * 4096) == 0);
    void *at = shmat(segment, 0, 0);
    CHECK(at != (void *)-1);
    truth_sharing("attach", "sysv-memory", getpid(), 0);
    /* The child has it by fork, and attaches it once more. */
    pid_t child = start(attacher, 0);
    finish(child);
    truth_sharing("inherit", "sysv-memory", child, 1);
    truth_sharing("detach", "sysv-memory", child, 1);
    CHECK(shmdt(at) == 0);
    truth_sharing("detach", "sysv-memory", getpid(), 0);
    CHECK(shmctl(segment, IPC_RMID, 0) == 0);

    void *mapped = mmap(0, 2 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CHECK(mapped != MAP_FAILED);
    truth_sharing("attach", "shared-mapping", getpid(), 0);
    child = start(mapper, 0);
    finish(child);
    truth_sharing("inherit", "shared-mapping", child, 1);
    truth_sharing("detach", "shared-mapping", child, 1);
    CHECK(munmap(mapped, 2 * 4096) == 0);
    truth_sharing("detach", "shared-mapping", getpid(), 0);
    close(file);
}

static long futex(_Atomic int *word, int operation, int value, long more, _Atomic int *second)
{
    return syscall(SYS_futex, word, operation, value, more, second, 0);
}

static void waiter(void *argument)
{
    _Atomic int *word = argument;
    CHECK(futex(word, FUTEX_WAIT, 0, 0, 0) == 0);
}

static pid_t threads[2];

static int private_waiter(void *argument)
{
    threads[1] = gettid();
    _Atomic int *word = argument;
    CHECK(futex(word, FUTEX_WAIT_PRIVATE, 0, 0, 0) == 0);
    return 0;
}

/* Every wait ends by a wake that said that it woke somebody. */
void futexes(void)
{
    CHECK(futex(&cells[0], FUTEX_WAKE, 1, 0, 0) == 0);
    pid_t waiters[] = {start(waiter, &cells[0]), start(waiter, &cells[0]), start(waiter, &cells[0])};
    for (int i = 0; i < 3; i++)
        await_sleep(waiters[i]);
    CHECK(futex(&cells[0], FUTEX_WAKE, 1, 0, 0) == 1);
    /* One is woken, one goes over to the other word. */
    CHECK(futex(&cells[0], FUTEX_CMP_REQUEUE, 1, 10, &cells[1]) == 2);
    CHECK(futex(&cells[0], FUTEX_WAKE, 10, 0, 0) == 0);
    CHECK(futex(&cells[1], FUTEX_WAKE, 10, 0, 0) == 1);
    for (int i = 0; i < 3; i++) {
        finish(waiters[i]);
        truth("futex", getpid(), waiters[i], 0, 1);
    }

    static _Atomic int word;
    static char stack[16384] __attribute__((aligned(16)));
    int thread = clone(private_waiter, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD,
        (void *)&word);
    CHECK(thread > 0);
    await_sleep(thread);
    while (futex(&word, FUTEX_WAKE_PRIVATE, 1, 0, 0) == 0)
        usleep(200);
    truth("futex", getpid(), thread, 0, 1);
    finish(thread);
}
