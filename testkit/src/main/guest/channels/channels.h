/* What the files of this program share: roles that run as processes, and the truth that they write down. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void check_failed(const char *what, int line) __attribute__((noreturn));
#define CHECK(x) ((x) ? (void)0 : check_failed(#x, __LINE__))

/* "A process sent so much to another over such a channel": lines with the same first words are added up. */
void truth(const char *kind, pid_t from, pid_t to, long bytes, long messages);

/* "A process began or ceased to share memory": type, kind, process, how many others share it then. */
void truth_sharing(const char *type, const char *kind, pid_t process, int sharers);

/* Runs a role as a process of its own; it exits behind it. */
typedef void role(void *argument);
pid_t start(role *what, void *argument);
void finish(pid_t process);

/* Cells of memory that all processes share: for process numbers, and to wait for each other without a channel. */
#define CELLS 32
extern _Atomic int *cells;
void await(int cell, int value);
void reset_cells(void);

/* Waits until a process sleeps. */
void await_sleep(pid_t process);

/*
 * Streams of bytes: every byte says who wrote it, the first of each write is marked, so that a reader knows whose bytes it
 * got, in how many messages.
 */
#define WRITERS 16
#define FIRST 0x80
long tagged_write(int fd, int writer, size_t length);
struct tally {
    long bytes[WRITERS], messages[WRITERS];
};
void tally(struct tally *sums, const unsigned char *bytes, size_t length);
/* Writes down what came from each writer; their processes stand in cells[0..]. */
void tell_tally(const char *kind, const struct tally *sums);
void read_all(const char *kind, int fd, size_t at_most);

void pipes(void);
void splices(void);
void unix_sockets(void);
void internet(void);
void netlink(void);
void sysv(void);
void posix_queues(void);
void shared_memory(void);
void futexes(void);
void signals(void);
void counters(void);
void tracing(void);
