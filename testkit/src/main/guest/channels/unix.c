/* Unix sockets: streams with several senders, passed files, a look ahead and out-of-band data; datagrams; packets. */
#include "channels.h"
#include <sys/un.h>

static int ends[2];

static void stream_sender(void *argument)
{
    int writer = (int)(intptr_t)argument;
    cells[writer] = getpid();
    close(ends[0]);
    for (int i = 0; i < 15; i++) {
        size_t length = i == 7 ? 65000 : 10 + i * 311;
        CHECK(tagged_write(ends[1], writer, length) == (long)length);
    }
}

static void stream_receiver(void *argument)
{
    (void)argument;
    close(ends[1]);
    unsigned char bytes[100];
    CHECK(recv(ends[0], bytes, sizeof bytes, MSG_PEEK) > 0);
    read_all("unix-stream", ends[0], 6000);
}

static void send_files(int fd, const int *files, int count, const void *bytes, size_t length)
{
    char control[CMSG_SPACE(4 * sizeof(int))] = {0};
    struct iovec vector = {(void *)bytes, length};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), files, count * sizeof(int));
    CHECK(sendmsg(fd, &message, 0) == (ssize_t)length);
}

static long receive_files(int fd, int *count)
{
    char control[CMSG_SPACE(4 * sizeof(int))], bytes[100];
    struct iovec vector = {bytes, sizeof bytes};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    long length = recvmsg(fd, &message, 0);
    CHECK(length > 0);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *count = header ? (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int)) : 0;
    return length;
}

static void file_receiver(void *argument)
{
    (void)argument;
    int files, sum = 0;
    long bytes = 0;
    for (int i = 0; i < 3; i++) {
        bytes += receive_files(ends[0], &files);
        sum += files;
    }
    CHECK(sum == 3);
    truth("unix-stream", getppid(), getpid(), bytes, 3);
    truth("files", getppid(), getpid(), 0, sum);
    await(0, 1);
    CHECK(recv(ends[0], &files, 1, MSG_OOB) == 1);
    truth("unix-stream", getppid(), getpid(), 1, 1);
    CHECK(write(ends[0], "back", 4) == 4);
}

static void passing(void)
{
    reset_cells();
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    pid_t receiver = start(file_receiver, 0);
    send_files(ends[1], (int[]){0, 1}, 2, "two files", 9);
    await_sleep(receiver);
    CHECK(write(ends[1], "none", 4) == 4);
    await_sleep(receiver);
    send_files(ends[1], (int[]){ends[1]}, 1, "itself", 6);
    CHECK(send(ends[1], "!", 1, MSG_OOB) == 1);
    cells[0] = 1;
    char bytes[10];
    CHECK(read(ends[1], bytes, sizeof bytes) == 4);
    truth("unix-stream", receiver, getpid(), 4, 1);
    finish(receiver);
    close(ends[0]);
    close(ends[1]);
}

static const struct sockaddr_un address = {AF_UNIX, "/tmp/datagrams"};

static void datagram_sender(void *argument)
{
    int writer = (int)(intptr_t)argument, fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    char bytes[3000] = {0};
    bytes[0] = writer;
    cells[writer] = getpid();
    for (int i = 0; i < 20; i++)
        CHECK(sendto(fd, bytes, 1 + i * 149, 0, (void *)&address, sizeof address) > 0);
    struct sockaddr_un nobody = {AF_UNIX, "/tmp/nobody"};
    CHECK(sendto(fd, bytes, 10, 0, (void *)&nobody, sizeof nobody) < 0);
}

static void datagrams(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK(bind(fd, (void *)&address, sizeof address) == 0);
    CHECK(recv(fd, 0, 0, MSG_DONTWAIT) < 0);
    pid_t senders[] = {start(datagram_sender, (void *)1), start(datagram_sender, (void *)2)};
    for (int i = 0; i < 40; i++) {
        char bytes[1000];
        if (i % 10 == 3)
            CHECK(recv(fd, bytes, sizeof bytes, MSG_PEEK) > 0);
        ssize_t length = recv(fd, bytes, sizeof bytes, 0);
        CHECK(length > 0);
        truth("unix-datagram", cells[(int)bytes[0]], getpid(), length, 1);
    }
    finish(senders[0]);
    finish(senders[1]);
    close(fd);
    unlink(address.sun_path);
}

static void packet_sender(void *argument)
{
    (void)argument;
    close(ends[0]);
    for (int i = 0; i < 10; i++)
        CHECK(write(ends[1], "packets", 1 + i % 7) == 1 + i % 7);
}

static void packets(void)
{
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
    pid_t sender = start(packet_sender, 0);
    close(ends[1]);
    char bytes[10];
    ssize_t length;
    while ((length = read(ends[0], bytes, sizeof bytes)) > 0)
        truth("unix-seqpacket", sender, getpid(), length, 1);
    finish(sender);
    close(ends[0]);
}

void unix_sockets(void)
{
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    pid_t receiver = start(stream_receiver, 0);
    pid_t senders[] = {start(stream_sender, (void *)1), start(stream_sender, (void *)2)};
    close(ends[0]);
    close(ends[1]);
    finish(senders[0]);
    finish(senders[1]);
    finish(receiver);
    passing();
    reset_cells();
    datagrams();
    packets();
}
