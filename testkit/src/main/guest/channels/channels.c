/*
 * Talks over every channel that Linux has between processes, and prints who sent what to whom: lines "@@ sent KIND FROM TO
 * BYTES MESSAGES" and "@@ shared TYPE KIND PROCESS SHARERS". Whatever it says was learnt from system calls alone.
 */
#include "channels.h"

#define MOST_LINES 4096

struct line {
    char kind[24];
    pid_t from, to;
    long bytes, messages;
};

struct sharing {
    char type[12], kind[24];
    pid_t process;
    int sharers;
};

static struct book {
    _Atomic int cells[CELLS];
    _Atomic int lines, sharings;
    struct line line[MOST_LINES];
    struct sharing sharing[MOST_LINES];
} *book;

_Atomic int *cells;

void check_failed(const char *what, int line)
{
    fprintf(stderr, "channels: %d: line %d: %s: %s\n", getpid(), line, what, strerror(errno));
    kill(0, SIGKILL);
    _exit(1);
}

void truth(const char *kind, pid_t from, pid_t to, long bytes, long messages)
{
    struct line *line = &book->line[book->lines++];
    strcpy(line->kind, kind);
    line->from = from;
    line->to = to;
    line->bytes = bytes;
    line->messages = messages;
}

void truth_sharing(const char *type, const char *kind, pid_t process, int sharers)
{
    struct sharing *sharing = &book->sharing[book->sharings++];
    strcpy(sharing->type, type);
    strcpy(sharing->kind, kind);
    sharing->process = process;
    sharing->sharers = sharers;
}

pid_t start(role *what, void *argument)
{
    pid_t process = fork();
    CHECK(process >= 0);
    if (process == 0) {
        what(argument);
        _exit(0);
    }
    return process;
}

void finish(pid_t process)
{
    int status;
    CHECK(waitpid(process, &status, 0) == process);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void await(int cell, int value)
{
    while (cells[cell] < value)
        usleep(200);
}

void reset_cells(void)
{
    for (int i = 0; i < CELLS; i++)
        cells[i] = 0;
}

void await_sleep(pid_t process)
{
    char name[64], text[512];
    snprintf(name, sizeof name, "/proc/%d/stat", process);
    for (;;) {
        int fd = open(name, O_RDONLY);
        CHECK(fd >= 0);
        ssize_t length = read(fd, text, sizeof text - 1);
        close(fd);
        CHECK(length > 0);
        text[length] = 0;
        if (strrchr(text, ')')[2] == 'S')
            return;
        usleep(200);
    }
}

long tagged_write(int fd, int writer, size_t length)
{
    unsigned char bytes[70000];
    CHECK(length <= sizeof bytes);
    memset(bytes, writer, length);
    bytes[0] |= FIRST;
    return write(fd, bytes, length);
}

void tally(struct tally *sums, const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        int writer = bytes[i] & ~FIRST;
        CHECK(writer < WRITERS);
        sums->bytes[writer]++;
        sums->messages[writer] += (bytes[i] & FIRST) != 0;
    }
}

void tell_tally(const char *kind, const struct tally *sums)
{
    for (int i = 0; i < WRITERS; i++)
        if (sums->bytes[i])
            truth(kind, cells[i], getpid(), sums->bytes[i], sums->messages[i]);
}

void read_all(const char *kind, int fd, size_t at_most)
{
    struct tally sums = {0};
    unsigned char bytes[70000];
    ssize_t length;
    while ((length = read(fd, bytes, at_most)) > 0)
        tally(&sums, bytes, length);
    CHECK(length == 0);
    tell_tally(kind, &sums);
}

static int compare(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int kinds = strcmp(x->kind, y->kind);
    if (kinds)
        return kinds;
    return x->from != y->from ? x->from - y->from : x->to - y->to;
}

int main(void)
{
    CHECK(setpgid(0, 0) == 0);
    book = mmap(0, sizeof *book, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(book != MAP_FAILED);
    cells = book->cells;
    void (*parts[])(void) = {pipes, splices, unix_sockets, internet, netlink, sysv, posix_queues,
        shared_memory, futexes, signals, counters, tracing};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        reset_cells();
        parts[i]();
    }
    CHECK(book->lines < MOST_LINES && book->sharings < MOST_LINES);
    qsort(book->line, book->lines, sizeof(struct line), compare);
    for (int i = 0; i < book->lines; i++) {
        struct line *line = &book->line[i];
        while (i + 1 < book->lines && compare(line, &book->line[i + 1]) == 0) {
            i++;
            line->bytes += book->line[i].bytes;
            line->messages += book->line[i].messages;
        }
        printf("@@ sent %s %d %d %ld %ld\n", line->kind, line->from, line->to, line->bytes, line->messages);
    }
    for (int i = 0; i < book->sharings; i++) {
        struct sharing *each = &book->sharing[i];
        printf("@@ shared %s %s %d %d\n", each->type, each->kind, each->process, each->sharers);
    }
    printf("@@ channels done\n");
    return 0;
}
