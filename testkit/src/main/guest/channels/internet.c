/* TCP and UDP over loopback, IPv4 and IPv6; netlink to the kernel, from it, and between processes. */
#include "channels.h"
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

static union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} server;

static socklen_t length_of_address;

static int bound(int family, int type)
{
    int fd = socket(family, type, 0);
    CHECK(fd >= 0);
    memset(&server, 0, sizeof server);
    server.any.sa_family = family;
    if (family == AF_INET)
        server.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        server.v6.sin6_addr = in6addr_loopback;
    length_of_address = family == AF_INET ? sizeof server.v4 : sizeof server.v6;
    CHECK(bind(fd, &server.any, length_of_address) == 0);
    CHECK(getsockname(fd, &server.any, &length_of_address) == 0);
    return fd;
}

static void client(void *argument)
{
    int writer = (int)(intptr_t)argument, fd = socket(server.any.sa_family, SOCK_STREAM, 0);
    cells[writer] = getpid();
    CHECK(connect(fd, &server.any, length_of_address) == 0);
    for (int i = 0; i < 12; i++) {
        size_t length = i == 5 ? 60000 : 1 + i * 777;
        CHECK(tagged_write(fd, writer, length) == (long)length);
    }
    CHECK(shutdown(fd, SHUT_WR) == 0);
    char bytes[100];
    long sum = 0, length;
    while ((length = read(fd, bytes, sizeof bytes)) > 0)
        sum += length;
    truth("tcp", cells[0], getpid(), sum, 1);
}

static void connections(int family)
{
    reset_cells();
    cells[0] = getpid();
    int fd = bound(family, SOCK_STREAM);
    CHECK(listen(fd, 5) == 0);
    pid_t clients[] = {start(client, (void *)1), start(client, (void *)2)};
    for (int i = 0; i < 2; i++) {
        int connection = accept(fd, 0, 0);
        unsigned char byte;
        CHECK(connection >= 0 && recv(connection, &byte, 1, MSG_PEEK) == 1);
        read_all("tcp", connection, 5000);
        CHECK(write(connection, "answer", 6) == 6);
        close(connection);
    }
    finish(clients[0]);
    finish(clients[1]);
    close(fd);
}

static void datagram_sender(void *argument)
{
    int writer = (int)(intptr_t)argument, fd = socket(server.any.sa_family, SOCK_DGRAM, 0);
    char bytes[30000] = {0};
    bytes[0] = writer;
    cells[writer] = getpid();
    if (writer == 2)
        CHECK(connect(fd, &server.any, length_of_address) == 0);
    for (int i = 0; i < 8; i++)
        CHECK(sendto(fd, bytes, 1 + i * 3001, 0, writer == 2 ? 0 : &server.any, writer == 2 ? 0 : length_of_address) > 0);
}

static void datagrams(int family)
{
    reset_cells();
    int fd = bound(family, SOCK_DGRAM);
    CHECK(recv(fd, 0, 0, MSG_DONTWAIT) < 0);
    pid_t senders[] = {start(datagram_sender, (void *)1), start(datagram_sender, (void *)2)};
    finish(senders[0]);
    finish(senders[1]);
    /* What did not fit into the queue was dropped, and is not there. */
    char bytes[20000];
    ssize_t length;
    CHECK(recv(fd, bytes, sizeof bytes, MSG_PEEK) > 0);
    while ((length = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        truth("udp", cells[(int)bytes[0]], getpid(), length, 1);
    close(fd);
}

void internet(void)
{
    connections(AF_INET);
    connections(AF_INET6);
    datagrams(AF_INET);
    datagrams(AF_INET6);
}

static void ask_the_kernel(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    struct {
        struct nlmsghdr header;
        struct rtgenmsg body;
    } request = {{sizeof request, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {AF_UNSPEC}};
    CHECK(send(fd, &request, sizeof request, 0) == sizeof request);
    truth("netlink", getpid(), 0, sizeof request, 1);
    for (int done = 0; !done;) {
        char bytes[32768] __attribute__((aligned(8)));
        ssize_t length = recv(fd, bytes, sizeof bytes, 0);
        CHECK(length > 0);
        truth("netlink", 0, getpid(), length, 1);
        done = ((struct nlmsghdr *)bytes)->nlmsg_type == NLMSG_DONE;
    }
    close(fd);
}

static void netlink_sender(void *argument)
{
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_pid = *(unsigned *)argument};
    struct nlmsghdr header = {NLMSG_LENGTH(0), NLMSG_NOOP, 0, 0, 0};
    for (int i = 0; i < 3; i++)
        CHECK(sendto(fd, &header, sizeof header, 0, (void *)&address, sizeof address) == sizeof header);
}

void netlink(void)
{
    ask_the_kernel();
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK);
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_pid = 4242};
    CHECK(bind(fd, (void *)&address, sizeof address) == 0);
    pid_t sender = start(netlink_sender, &address.nl_pid);
    for (int i = 0; i < 3; i++) {
        char bytes[100];
        ssize_t length = recv(fd, bytes, sizeof bytes, 0);
        CHECK(length > 0);
        truth("netlink", sender, getpid(), length, 1);
    }
    finish(sender);
    close(fd);
}
