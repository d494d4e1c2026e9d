/* Pipes and FIFOs: several writers and readers, partial and refused writes, packets; splice, tee, vmsplice, sendfile. */
#include "channels.h"
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

static int ends[2];

static void many_writes(void *argument)
{
    int writer = (int)(intptr_t)argument;
    cells[writer] = getpid();
    close(ends[0]);
    for (int i = 0; i < 25; i++)
        CHECK(tagged_write(ends[1], writer, 1 + (i * 997 + writer * 131) % 9000) > 0);
}

static void refused_writes(void *argument)
{
    int writer = (int)(intptr_t)argument;
    cells[writer] = getpid();
    close(ends[0]);
    for (int i = 0; i < 12; i++) {
        long done = tagged_write(ends[1], writer, 30000);
        CHECK(done > 0 || errno == EAGAIN);
        if (done < 0)
            poll(&(struct pollfd){.fd = ends[1], .events = POLLOUT}, 1, -1);
    }
}

static void pipe_reader(void *argument)
{
    close(ends[1]);
    read_all("pipe", ends[0], (size_t)argument);
}

static void run_pipe(int flags, role *writing, int writers, size_t first, size_t second)
{
    reset_cells();
    CHECK(pipe2(ends, flags) == 0);
    pid_t readers[] = {start(pipe_reader, (void *)first), start(pipe_reader, (void *)second)};
    pid_t others[WRITERS];
    for (int i = 0; i < writers; i++)
        others[i] = start(writing, (void *)(intptr_t)i);
    close(ends[0]);
    close(ends[1]);
    for (int i = 0; i < writers; i++)
        finish(others[i]);
    finish(readers[0]);
    finish(readers[1]);
}

static void nonblocking_writer(void *argument)
{
    CHECK(fcntl(ends[1], F_SETFL, O_WRONLY | O_NONBLOCK) == 0);
    refused_writes(argument);
}

/* Packets, of which the reader takes the first bytes; the rest is thrown away. */
static void packets(void)
{
    CHECK(pipe2(ends, O_DIRECT) == 0);
    cells[0] = getpid();
    for (int i = 0; i < 5; i++)
        CHECK(tagged_write(ends[1], 0, 100) == 100);
    close(ends[1]);
    read_all("pipe", ends[0], 60);
    close(ends[0]);
}

static void fifo_writer(void *argument)
{
    int writer = (int)(intptr_t)argument;
    cells[writer] = getpid();
    int fd = open("/tmp/fifo", O_WRONLY);
    CHECK(fd >= 0);
    for (int i = 0; i < 10; i++)
        CHECK(tagged_write(fd, writer, 10 + i) == 10 + i);
}

void pipes(void)
{
    run_pipe(0, many_writes, 3, 700, 20000);
    run_pipe(0, nonblocking_writer, 1, 5000, 65000);
    reset_cells();
    packets();
    CHECK(mkfifo("/tmp/fifo", 0600) == 0);
    pid_t writers[] = {start(fifo_writer, (void *)1), start(fifo_writer, (void *)2)};
    int fd = open("/tmp/fifo", O_RDONLY);
    CHECK(fd >= 0);
    usleep(5000);
    read_all("fifo", fd, 64);
    close(fd);
    finish(writers[0]);
    finish(writers[1]);
    unlink("/tmp/fifo");
}

static int second[2];

static void splicer(void *argument)
{
    (void)argument;
    cells[1] = getpid();
    close(ends[1]);
    close(second[0]);
    await(2, 1);
    for (;;) {
        ssize_t length = splice(ends[0], 0, second[1], 0, 3000, 0);
        CHECK(length >= 0);
        if (length == 0)
            return;
        truth("pipe", cells[0], getpid(), length, 0);
        truth("pipe", getpid(), cells[3], length, 1);
    }
}

static void teeer(void *argument)
{
    (void)argument;
    cells[1] = getpid();
    close(ends[1]);
    close(second[0]);
    await(2, 1);
    ssize_t length = tee(ends[0], second[1], 65536, 0);
    CHECK(length > 0);
    truth("pipe", getpid(), cells[3], length, 1);
    close(second[1]);
    read_all("pipe", ends[0], 65536);
}

static void plain_reader(void *argument)
{
    (void)argument;
    cells[3] = getpid();
    close(second[1]);
    close(ends[0]);
    close(ends[1]);
    await(2, 1);
    char bytes[70000];
    while (read(second[0], bytes, sizeof bytes) > 0)
        ;
}

static void relay(role *middle)
{
    reset_cells();
    CHECK(pipe(ends) == 0 && pipe(second) == 0);
    cells[0] = getpid();
    pid_t others[] = {start(middle, 0), start(plain_reader, 0)};
    close(ends[0]);
    close(second[0]);
    close(second[1]);
    for (int i = 0; i < 4; i++) {
        CHECK(tagged_write(ends[1], 0, 2000) == 2000);
        if (middle == splicer)
            truth("pipe", getpid(), others[0], 0, 1);
    }
    while (cells[1] == 0 || cells[3] == 0)
        usleep(200);
    cells[2] = 1;
    close(ends[1]);
    finish(others[0]);
    finish(others[1]);
}

void splices(void)
{
    relay(splicer);
    relay(teeer);
    reset_cells();
    CHECK(pipe(ends) == 0 && pipe(second) == 0);
    pid_t reader = start(plain_reader, 0);
    static char page[4096];
    CHECK(vmsplice(second[1], &(struct iovec){page, 4096}, 1, 0) == 4096);
    truth("pipe", getpid(), reader, 4096, 1);
    int fd = open("/channels", O_RDONLY);
    CHECK(fd >= 0);
    CHECK(sendfile(second[1], fd, 0, 5000) == 5000);
    truth("pipe", getpid(), reader, 5000, 1);
    cells[2] = 1;
    close(second[1]);
    close(second[0]);
    close(ends[0]);
    close(ends[1]);
    finish(reader);
}
