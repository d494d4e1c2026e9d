/* System V messages and semaphores, POSIX message queues. */
#include "channels.h"
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

struct message {
    long type;
    char text[8000];
};

static int queue;

static void message_sender(void *argument)
{
    struct message message = {.type = (int)(intptr_t)argument};
    for (int i = 0; i < 10; i++)
        CHECK(msgsnd(queue, &message, i * 700, 0) == 0);
}

static void messages(void)
{
    queue = msgget(0x1234, IPC_CREAT | 0600);
    CHECK(queue >= 0);
    struct message message;
    CHECK(msgrcv(queue, &message, sizeof message.text, 0, IPC_NOWAIT) < 0);
    pid_t senders[] = {start(message_sender, (void *)1), start(message_sender, (void *)2)};
    for (int i = 0; i < 20; i++) {
        if (i == 4)
            usleep(5000);
        if (i == 5)
            (void)!msgrcv(queue, &message, sizeof message.text, 0, MSG_COPY | IPC_NOWAIT);
        ssize_t length = msgrcv(queue, &message, 5000, i < 10 ? 0 : -2, MSG_NOERROR);
        CHECK(length >= 0);
        truth("sysv-message", senders[message.type - 1], getpid(), length, 1);
    }
    finish(senders[0]);
    finish(senders[1]);
    message.type = 1;
    while (msgsnd(queue, &message, 8000, IPC_NOWAIT) == 0)
        ;
    CHECK(msgctl(queue, IPC_RMID, 0) == 0);
}

static int semaphores;

static void operate(int which, int by, int flags)
{
    struct sembuf operation = {which, by, flags};
    CHECK(semop(semaphores, &operation, 1) == 0);
}

static void down(void *argument)
{
    operate(0, -(int)(intptr_t)argument, 0);
}

static void wait_for_zero(void *argument)
{
    (void)argument;
    operate(1, 0, 0);
}

static void await_waiters(int which, int command, int count)
{
    while (semctl(semaphores, which, command) < count)
        usleep(200);
}

static void semaphore_waits(void)
{
    semaphores = semget(IPC_PRIVATE, 2, 0600);
    CHECK(semaphores >= 0);
    /* Nobody waits: nobody is woken. */
    operate(0, 1, 0);
    operate(0, -1, 0);
    pid_t waiters[] = {start(down, (void *)1), start(down, (void *)1), start(down, (void *)2)};
    await_waiters(0, GETNCNT, 3);
    for (int i = 0; i < 4; i++)
        operate(0, 1, 0);
    for (int i = 0; i < 3; i++) {
        finish(waiters[i]);
        truth("sysv-semaphore", getpid(), waiters[i], 0, 1);
    }
    operate(1, 1, 0);
    pid_t waiter = start(wait_for_zero, 0);
    await_waiters(1, GETZCNT, 1);
    operate(1, -1, 0);
    finish(waiter);
    truth("sysv-semaphore", getpid(), waiter, 0, 1);
    CHECK(semctl(semaphores, 0, IPC_RMID) == 0);
}

void sysv(void)
{
    messages();
    semaphore_waits();
}

static void queue_sender(void *argument)
{
    int writer = (int)(intptr_t)argument;
    mqd_t to = mq_open("/talk", O_WRONLY);
    char bytes[500] = {0};
    bytes[0] = writer;
    for (int i = 0; i < 10; i++)
        CHECK(mq_send(to, bytes, 1 + i * 50, i % 3) == 0);
}

void posix_queues(void)
{
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 500};
    mqd_t from = mq_open("/talk", O_RDONLY | O_CREAT, 0600, &attributes);
    CHECK(from >= 0);
    char bytes[500];
    CHECK(mq_timedreceive(from, bytes, sizeof bytes, 0, &(struct timespec){0, 0}) < 0);
    pid_t senders[] = {start(queue_sender, (void *)1), start(queue_sender, (void *)2)};
    for (int i = 0; i < 20; i++) {
        if (i == 3)
            usleep(5000);
        ssize_t length = mq_receive(from, bytes, sizeof bytes, 0);
        CHECK(length > 0);
        truth("posix-queue", senders[bytes[0] - 1], getpid(), length, 1);
    }
    finish(senders[0]);
    finish(senders[1]);
    mq_close(from);
    mq_unlink("/talk");
}
