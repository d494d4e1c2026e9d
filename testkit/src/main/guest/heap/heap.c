// Allocations with a known end: what leaks, what is freed twice, what is used after it was freed. It says so itself:
//   @@ heap live site=FUNCTION address=A size=N      never freed
//   @@ heap freed site=FUNCTION count=N              allocated and freed, all of them
//   @@ heap double address=A size=N allocated=F first=F second=F
//   @@ heap stale address=A size=N allocated=F freed=F used=F kind=read|write offset=N
// Nothing here is printed with memory of the heap.
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SITE __attribute__((noinline, noclone, no_icf)) static
// Keeps a call from being the last of its function: its address must be on the stack.
#define NOT_LAST __asm__ volatile("" ::: "memory")

static volatile char sink;

static void live(const char *site, void *address, size_t size) {
    printf("@@ heap live site=%s address=%p size=%zu\n", site, address, size);
}

SITE void *leak_small(void) {
    void *object = malloc(24);
    live("leak_small", object, 24);
    return object;
}

SITE void *leak_zeroed(void) {
    void *object = calloc(7, 100);
    live("leak_zeroed", object, 700);
    return object;
}

SITE void *leak_big(void) {
    void *object = malloc(300000);
    live("leak_big", object, 300000);
    return object;
}

SITE void *leak_aligned(void) {
    void *object = NULL;
    if (posix_memalign(&object, 256, 500) == 0) {
        live("leak_aligned", object, 500);
    }
    return object;
}

SITE char *leak_copy(const char *text) {
    char *object = strdup(text);
    live("leak_copy", object, strlen(text) + 1);
    return object;
}

SITE void *leak_grown(void) {
    char *object = malloc(10);
    for (size_t size = 20; size <= 5120; size *= 2) {
        object = realloc(object, size);
    }
    live("leak_grown", object, 5120);
    return object;
}

SITE void *leak_in_thread(void *unused) {
    void *object = malloc(77);
    live("leak_in_thread", object, 77);
    return unused;
}

SITE void *good(size_t size) {
    void *object = malloc(size);
    NOT_LAST;
    return object;
}

SITE void good_work(void) {
    enum { COUNT = 200 };
    void *objects[COUNT];
    for (int i = 0; i < COUNT; i++) {
        objects[i] = good((size_t)(i % 50) * 37 + 1);
    }
    for (int i = COUNT - 1; i >= 0; i--) {
        free(objects[i]);
    }
    printf("@@ heap freed site=good count=%d\n", COUNT);
}

SITE void *make_object(size_t size) {
    void *object = malloc(size);
    memset(object, 0x5a, size);
    NOT_LAST;
    return object;
}

SITE void free_first(void *object) {
    free(object);
    NOT_LAST;
}

SITE void free_again(void *object) {
    free(object);
    NOT_LAST;
}

// With the thread's cache full, objects go to a fast bin, which looks at its newest alone: glibc does not notice.
SITE void free_twice_unnoticed(void) {
    void *fill[7];
    for (int i = 0; i < 7; i++) {
        fill[i] = make_object(40);
    }
    void *victim = make_object(40);
    void *between = make_object(40);
    for (int i = 0; i < 7; i++) {
        free_first(fill[i]);
    }
    printf("@@ heap double address=%p size=40 allocated=make_object first=free_first second=free_again\n", victim);
    free_first(victim);
    free_first(between);
    free_again(victim);
}

// glibc notices this one, and ends the process.
SITE void free_twice_noticed(void) {
    void *victim = make_object(64);
    printf("@@ heap double address=%p size=64 allocated=make_object first=free_first second=free_again\n", victim);
    fflush(stdout);
    free_first(victim);
    free_again(victim);
}

SITE void read_stale(volatile char *object) {
    sink = object[100];
}

SITE void write_stale(volatile char *object) {
    object[208] = 1;
}

SITE void use_after_free(void) {
    char *object = make_object(640);
    printf("@@ heap stale address=%p size=640 allocated=make_object freed=free_first used=read_stale kind=read offset=100\n",
           (void *)object);
    printf("@@ heap stale address=%p size=640 allocated=make_object freed=free_first used=write_stale kind=write offset=208\n",
           (void *)object);
    free_first(object);
    read_stale(object);
    write_stale(object);
}

static void in_child(void (*body)(void)) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        body();
        fflush(stdout);
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    printf("@@ heap child pid=%d %s=%d\n", pid, WIFSIGNALED(status) ? "signal" : "code",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

int main(int argc, char **argv) {
    static char buffer[8192];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    const char *program = argc > 0 ? argv[0] : "heap";
    printf("@@ heap begin program=%s pid=%d\n", program, getpid());
    for (int i = 0; i < 10; i++) {
        leak_small();
    }
    for (int i = 0; i < 3; i++) {
        leak_zeroed();
    }
    leak_big();
    leak_aligned();
    leak_copy("a text that is copied");
    leak_grown();
    good_work();
    pthread_t thread;
    pthread_create(&thread, NULL, leak_in_thread, NULL);
    pthread_join(thread, NULL);
    use_after_free();
    in_child(free_twice_unnoticed);
    in_child(free_twice_noticed);
    printf("@@ heap end program=%s pid=%d\n", program, getpid());
    fflush(stdout);
    return 0;
}
