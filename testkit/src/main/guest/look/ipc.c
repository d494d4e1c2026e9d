// Pipes, System V, POSIX queues, futexes, shared memory.
#define _GNU_SOURCE
#include "look.h"
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int ends[2];

static void hold_read_end(void) {
    close(ends[1]);
}

static void pipes(void) {
    must(pipe(ends), "pipe");
    must(write(ends[1], "hello ", 6), "write");
    must(write(ends[1], "pipe\n", 5), "write");
    pid_t reader = child(hold_read_end);
    close(ends[0]);
    fact("pipe writer=%d reader=%d fd=%d bytes=11", getpid(), reader, ends[1]);
    must(mkfifo("/tmp/look.fifo", 0600), "mkfifo");
    int fifo = (int)must(open("/tmp/look.fifo", O_RDWR), "fifo");
    must(write(fifo, "in the fifo", 11), "write");
    int wide[2];
    must(pipe2(wide, O_DIRECT | O_NONBLOCK), "pipe2");
    must(fcntl(wide[1], F_SETPIPE_SZ, 1 << 18), "F_SETPIPE_SZ");
    for (int i = 0; i < 3; i++) {
        must(write(wide[1], "packet!", (size_t)i + 5), "write");
    }
    static char page[10000];
    int full[2];
    must(pipe(full), "pipe");
    must(write(full[1], page, sizeof page), "write");
    fact("pipes fifo=%d wide=%d full=%d fullBytes=%zu", fifo, wide[1], full[1], sizeof page);
}

static int queue, semaphores, segment;

static void wait_for_semaphore(void) {
    semop(semaphores, &(struct sembuf){.sem_num = 1, .sem_op = -100}, 1);
}

static void wait_for_message(void) {
    char buffer[64];
    msgrcv(queue, buffer, sizeof buffer - sizeof(long), 99, 0);
}

static void attach_segment(void) {
    must((long)shmat(segment, NULL, SHM_RDONLY), "shmat");
}

static void send(long type, const char *text) {
    struct {
        long type;
        char text[64];
    } message = {.type = type};
    strncpy(message.text, text, sizeof message.text - 1);
    must(msgsnd(queue, &message, strlen(text), 0), "msgsnd");
}

static void system_v(int key, const char *where) {
    queue = (int)must(msgget(key, IPC_CREAT | 0600), "msgget");
    send(7, "seven of the queue");
    send(1, "one");
    semaphores = (int)must(semget(key + 1, 3, IPC_CREAT | 0640), "semget");
    unsigned short values[] = {4, 5, 6};
    must(semctl(semaphores, 0, SETALL, values), "SETALL");
    segment = (int)must(shmget(key + 2, 8192, IPC_CREAT | 0600), "shmget");
    char *shared = (char *)must((long)shmat(segment, NULL, 0), "shmat");
    strcpy(shared, "shared by two");
    pid_t waiter = child(wait_for_semaphore);
    pid_t receiver = child(wait_for_message);
    pid_t other = child(attach_segment);
    fact("sysv where=%s pid=%d msqid=%d semid=%d shmid=%d semwaiter=%d msgwaiter=%d attached=%d", where, getpid(), queue,
         semaphores, segment, waiter, receiver, other);
}

static void sysv(void) {
    system_v(0x1230, "host");
    int doomed = (int)must(shmget(IPC_PRIVATE, 4096, 0600), "shmget");
    must((long)shmat(doomed, NULL, 0), "shmat");
    must(shmctl(doomed, IPC_RMID, NULL), "IPC_RMID");
}

static void sysv_elsewhere(void) {
    must(unshare(CLONE_NEWIPC), "unshare");
    system_v(0x5670, "elsewhere");
}

static mqd_t empty;

static void wait_for_mail(void) {
    char buffer[64];
    mq_receive(empty, buffer, sizeof buffer, NULL);
}

static void mqueues(void) {
    struct mq_attr shape = {.mq_maxmsg = 4, .mq_msgsize = 64};
    mqd_t full = (mqd_t)must(mq_open("/look-full", O_RDWR | O_CREAT, 0600, &shape), "mq_open");
    must(mq_send(full, "low", 3, 1), "mq_send");
    must(mq_send(full, "urgent mail", 11, 9), "mq_send");
    must(mq_send(full, "low again", 9, 1), "mq_send");
    empty = (mqd_t)must(mq_open("/look-empty", O_RDONLY | O_CREAT, 0644, &shape), "mq_open");
    pid_t waiter = child(wait_for_mail);
    fact("mqueue pid=%d full=%d empty=%d waiter=%d messages=3 bytes=23", getpid(), full, empty, waiter);
}

static int *shared_word;

static void wait_shared(void) {
    syscall(SYS_futex, shared_word, FUTEX_WAIT, 1, NULL, NULL, 0);
}

static int private_word = 2;

static void *wait_private(void *unused) {
    syscall(SYS_futex, &private_word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
    return unused;
}

static void futexes(void) {
    shared_word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *shared_word = 1;
    pid_t first = child(wait_shared);
    pid_t second = child(wait_shared);
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, wait_private, NULL);
    pthread_create(&threads[1], NULL, wait_private, NULL);
    await_rest(getpid() + 3);
    await_rest(getpid() + 4);
    fact("futex pid=%d shared=0x%lx first=%d second=%d private=0x%lx", getpid(), (long)shared_word, first, second,
         (long)&private_word);
}

const struct actor IPC[] = {{"pipes", pipes},     {"sysv", sysv},       {"sysv-else", sysv_elsewhere},
                            {"mqueues", mqueues}, {"futexes", futexes}, {0}};
