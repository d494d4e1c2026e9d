// Sockets with something in them.
#define _GNU_SOURCE
#include "look.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static socklen_t named(struct sockaddr_un *address, const char *name, size_t length) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, name, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static void send_descriptors(int socket, int *fds, int count) {
    char control[CMSG_SPACE(4 * sizeof(int))] = {0};
    struct iovec bytes = {.iov_base = "with files", .iov_len = 10};
    struct msghdr message = {.msg_iov = &bytes,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = CMSG_SPACE((size_t)count * sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
    memcpy(CMSG_DATA(header), fds, (size_t)count * sizeof(int));
    must(sendmsg(socket, &message, 0), "sendmsg");
}

static int pair[2];

static void connect_to_listener(void) {
    struct sockaddr_un address;
    int client = (int)must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    socklen_t length = named(&address, "/tmp/look.sock", sizeof "/tmp/look.sock");
    must(connect(client, (struct sockaddr *)&address, length), "connect");
    must(write(client, "from the client", 15), "write");
    close(pair[0]);
}

static void unix_sockets(void) {
    struct sockaddr_un address;
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
    must(write(pair[0], "queued in a stream", 18), "write");
    int passed[2] = {(int)must(open("/dev/null", O_RDWR), "null"), (int)must(open("/proc/version", O_RDONLY), "version")};
    send_descriptors(pair[0], passed, 2);
    close(passed[1]);
    int listener = (int)must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    socklen_t length = named(&address, "/tmp/look.sock", sizeof "/tmp/look.sock");
    must(bind(listener, (struct sockaddr *)&address, length), "bind");
    must(listen(listener, 5), "listen");
    pid_t accepted_client = child(connect_to_listener);
    int accepted = (int)must(accept(listener, NULL, NULL), "accept");
    pid_t waiting_client = child(connect_to_listener);
    int datagram = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");
    length = named(&address, "\0look-datagrams", 15);
    must(bind(datagram, (struct sockaddr *)&address, length), "bind");
    int sender = (int)must(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");
    must(connect(sender, (struct sockaddr *)&address, length), "connect");
    must(write(sender, "first datagram", 14), "write");
    must(write(sender, "second", 6), "write");
    int packets[2];
    must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets), "socketpair");
    must(write(packets[1], "packet", 6), "write");
    fact("unix pid=%d pair=%d,%d listener=%d accepted=%d client=%d waiting=%d datagram=%d sender=%d seqpacket=%d,%d",
         getpid(), pair[0], pair[1], listener, accepted, accepted_client, waiting_client, datagram, sender, packets[0],
         packets[1]);
}

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int connected(int port) {
    struct sockaddr_in address = loopback(port);
    int client = (int)must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    must(connect(client, (struct sockaddr *)&address, sizeof address), "connect");
    return client;
}

static void tcp_client(void) {
    static char big[20000];
    int client = connected(7001);
    must(write(client, "hello over tcp", 14), "write");
    int second = connected(7001);
    must(write(second, big, sizeof big), "write");
}

static void inet(void) {
    struct sockaddr_in address = loopback(7001);
    int listener = (int)must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    must(bind(listener, (struct sockaddr *)&address, sizeof address), "bind");
    must(listen(listener, 4), "listen");
    pid_t client = child(tcp_client);
    int first = (int)must(accept(listener, NULL, NULL), "accept");
    int second = (int)must(accept(listener, NULL, NULL), "accept");
    must(write(first, "answer", 6), "write");
    int waiting = connected(7001);
    shutdown(waiting, SHUT_WR);
    int udp = (int)must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
    address = loopback(7002);
    must(bind(udp, (struct sockaddr *)&address, sizeof address), "bind");
    int sender = (int)must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
    must(connect(sender, (struct sockaddr *)&address, sizeof address), "connect");
    must(write(sender, "a datagram", 10), "write");
    must(write(sender, "another", 7), "write");
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(7003), .sin6_addr = IN6ADDR_ANY_INIT};
    int six = socket(AF_INET6, SOCK_STREAM, 0);
    if (six >= 0) {
        must(bind(six, (struct sockaddr *)&any, sizeof any), "bind 6");
        must(listen(six, 3), "listen 6");
    }
    fact("inet pid=%d listener=%d first=%d second=%d waiting=%d udp=%d sender=%d six=%d client=%d", getpid(), listener,
         first, second, waiting, udp, sender, six, client);
}

static void others(void) {
    int route = (int)must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), "netlink");
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
    must(bind(route, (struct sockaddr *)&address, sizeof address), "bind netlink");
    int raw = (int)must(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), "raw");
    int packet = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ARP));
    fact("others pid=%d netlink=%d raw=%d packet=%d", getpid(), route, raw, packet);
}

const struct actor NETWORK[] = {{"unix", unix_sockets}, {"inet", inet}, {"others", others}, {0}};
