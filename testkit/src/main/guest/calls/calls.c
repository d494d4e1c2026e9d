// System calls of many kinds with arguments of every shape, for strace and us to see the same.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[70000];

static void files(void) {
    mkdir("/tmp/calls", 0750);
    int fd = open("/tmp/calls/file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    write(fd, "a line with \"quotes\", a tab\t and \x01\xff bytes\n", 43);
    struct iovec parts[] = {{"first", 5}, {"", 0}, {"third part", 10}};
    writev(fd, parts, 3);
    lseek(fd, -10, SEEK_END);
    read(fd, buffer, 4);
    pread(fd, buffer, 100, 2);
    pwrite(fd, "P", 1, 0);
    struct iovec targets[] = {{buffer, 3}, {buffer + 100, 50}};
    preadv(fd, targets, 2, 1);
    ftruncate(fd, 5000);
    fallocate(fd, 0, 0, 8192);
    struct stat facts;
    fstat(fd, &facts);
    stat("/tmp/calls/nothing", &facts);
    struct statfs system;
    statfs("/tmp", &system);
    symlink("file", "/tmp/calls/link");
    readlink("/tmp/calls/link", buffer, 64);
    rename("/tmp/calls/file", "/tmp/calls/renamed");
    link("/tmp/calls/renamed", "/tmp/calls/second");
    chmod("/tmp/calls/renamed", 0600);
    chown("/tmp/calls/renamed", 12, 34);
    access("/tmp/calls/renamed", R_OK | X_OK);
    utimensat(AT_FDCWD, "/tmp/calls/renamed", (struct timespec[]){{1, 2}, {3, UTIME_NOW}}, AT_SYMLINK_NOFOLLOW);
    int folder = open("/tmp/calls", O_RDONLY | O_DIRECTORY);
    syscall(SYS_getdents64, folder, buffer, 4096);
    unlinkat(folder, "link", 0);
    unlink("/tmp/calls/second");
    unlink("/tmp/calls/renamed");
    chdir("/tmp/calls");
    getcwd(buffer, 100);
    chdir("/");
    rmdir("/tmp/calls");
    dup3(fd, 50, O_CLOEXEC);
    fcntl(fd, F_GETFL);
    fcntl(fd, F_DUPFD, 60);
    ioctl(fd, TCGETS, buffer);
    struct winsize size;
    ioctl(1, TIOCGWINSZ, &size);
    fsync(fd);
    close(folder);
    close(fd);
    close(fd);
    read(fd, buffer, 1);
    open((char *)16, O_RDONLY);
}

static void sockets(void) {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
    send(pair[0], "stream", 6, MSG_NOSIGNAL);
    recv(pair[1], buffer, 100, MSG_DONTWAIT);
    recv(pair[1], buffer, 100, MSG_DONTWAIT);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(7700), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bind(listener, (struct sockaddr *)&address, sizeof address);
    listen(listener, 3);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    connect(client, (struct sockaddr *)&address, sizeof address);
    socklen_t length = sizeof address;
    int server = accept4(listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK);
    sendto(client, "over tcp", 8, 0, NULL, 0);
    struct pollfd polled = {.fd = server, .events = POLLIN | POLLHUP};
    poll(&polled, 1, 100);
    recvfrom(server, buffer, 50, 0, NULL, NULL);
    getsockname(client, (struct sockaddr *)&address, &length);
    shutdown(client, SHUT_RDWR);
    int udp = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    address.sin_port = htons(9);
    sendto(udp, "a datagram", 10, MSG_DONTWAIT, (struct sockaddr *)&address, sizeof address);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/tmp/no socket"};
    int unix_socket = socket(AF_UNIX, SOCK_DGRAM, 0);
    connect(unix_socket, (struct sockaddr *)&name, sizeof name);
    struct iovec parts[] = {{"one ", 4}, {"message", 7}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    sendmsg(pair[0], &message, 0);
    message.msg_iov = &(struct iovec){buffer, 64};
    message.msg_iovlen = 1;
    recvmsg(pair[1], &message, 0);
    int fds[] = {pair[0], pair[1], listener, client, server, udp, unix_socket};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        close(fds[i]);
    }
}

static void ipc(void) {
    int ends[2];
    pipe2(ends, O_NONBLOCK);
    write(ends[1], buffer, 40);
    read(ends[0], buffer, 100);
    read(ends[0], buffer, 100);
    int events = eventfd(3, EFD_NONBLOCK), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 77};
    epoll_ctl(epoll, EPOLL_CTL_ADD, events, &event);
    epoll_wait(epoll, (struct epoll_event[4]){0}, 4, 0);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    timerfd_settime(timer, 0, &(struct itimerspec){.it_value.tv_nsec = 1000}, NULL);
    int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    struct {
        long type;
        char text[16];
    } message = {5, "sysv message"};
    msgsnd(queue, &message, 12, IPC_NOWAIT);
    msgrcv(queue, &message, 16, 0, IPC_NOWAIT);
    msgctl(queue, IPC_RMID, NULL);
    int semaphore = semget(IPC_PRIVATE, 2, 0600);
    semop(semaphore, (struct sembuf[]){{0, 2, 0}, {1, 1, SEM_UNDO}}, 2);
    semctl(semaphore, 0, IPC_RMID);
    int segment = shmget(IPC_PRIVATE, 4096, 0600);
    void *attached = shmat(segment, NULL, 0);
    shmctl(segment, IPC_RMID, NULL);
    shmdt(attached);
    mqd_t mail = mq_open("/calls", O_RDWR | O_CREAT, 0600, &(struct mq_attr){.mq_maxmsg = 2, .mq_msgsize = 32});
    mq_send(mail, "posix", 5, 3);
    unsigned priority;
    mq_receive(mail, buffer, 32, &priority);
    mq_unlink("/calls");
    for (int fd = 3; fd < 12; fd++) {
        close(fd);
    }
}

static void memory(void) {
    char *mapped = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(mapped, 4096, PROT_READ);
    madvise(mapped, 8192, MADV_DONTNEED);
    mapped = mremap(mapped, 8192, 16384, MREMAP_MAYMOVE);
    mlock(mapped, 4096);
    munmap(mapped, 16384);
    mmap(NULL, 0, PROT_NONE, MAP_SHARED, 99, 0);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
}

static void handle(int signal) {
    (void)signal;
}

static void *thread(void *unused) {
    prctl(PR_SET_NAME, "calls-thread");
    return unused;
}

static void processes(void) {
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), SIGUSR1);
    kill(999999, SIGTERM);
    pthread_t started;
    pthread_create(&started, NULL, thread, NULL);
    pthread_join(started, NULL);
    nanosleep(&(struct timespec){0, 1500000}, NULL);
    int word = 1;
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
    syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
    struct utsname names;
    uname(&names);
    getrandom(buffer, 8, GRND_NONBLOCK);
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    sched_yield();
    getppid();
    getuid();
    setpgid(0, 0);
    umask(022);
    syscall(466, 1, 2, 3);
    syscall(12345, 1, 2, 3);
    pid_t pid = fork();
    if (pid == 0) {
        char *arguments[] = {"true", "an argument", NULL};
        char *environment[] = {"A=1", "B=2", NULL};
        execve("/no/such/program", arguments, environment);
        execve("/bin/true", arguments, environment);
        _exit(9);
    }
    int status;
    waitpid(pid, &status, 0);
    waitid(P_ALL, 0, NULL, WEXITED | WNOHANG);
}

int main(void) {
    files();
    sockets();
    ipc();
    memory();
    processes();
    return 5;
}
