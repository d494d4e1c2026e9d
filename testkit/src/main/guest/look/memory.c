// Mappings, suspicious ones too, and memory whose size is known.
#define _GNU_SOURCE
#include "look.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB (1L << 20)
#define READ_WRITE (PROT_READ | PROT_WRITE)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)

static char *map(size_t bytes, int protection, int flags, int fd) {
    return (char *)must((long)mmap(NULL, bytes, protection, flags, fd, 0), "mmap");
}

static void mappings(void) {
    char *writable_code = map(8192, READ_WRITE | PROT_EXEC, ANONYMOUS, -1);
    memcpy(writable_code, "\x82\x80\x7f" "ELF not really", 17);
    char *injected = map(4096, READ_WRITE, ANONYMOUS, -1);
    memcpy(injected, "\x01\x45\x82\x80", 4);
    must(mprotect(injected, 4096, PROT_READ | PROT_EXEC), "mprotect");
    int fd = (int)must(memfd_create("fileless", 0), "memfd");
    must(ftruncate(fd, 4096), "ftruncate");
    char *fileless = map(4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd);
    int gone = (int)must(open("/tmp/mapped gone", O_RDWR | O_CREAT, 0600), "open");
    must(ftruncate(gone, 12288), "ftruncate");
    char *deleted = map(12288, READ_WRITE, MAP_SHARED, gone);
    deleted[5000] = 1;
    unlink("/tmp/mapped gone");
    close(gone);
    char *none = map(16384, PROT_NONE, ANONYMOUS | MAP_NORESERVE, -1);
    char *locked = map(8192, READ_WRITE, ANONYMOUS, -1);
    must(mlock(locked, 8192), "mlock");
    fact("mappings pid=%d rwx=0x%lx rx=0x%lx fileless=0x%lx deleted=0x%lx none=0x%lx locked=0x%lx", getpid(),
         (long)writable_code, (long)injected, (long)fileless, (long)deleted, (long)none, (long)locked);
}

static char *inherited;

static void write_half(void) {
    memset(inherited, 2, MIB);
}

static void touched(void) {
    char *private = map(3 * MIB, READ_WRITE, ANONYMOUS, -1);
    madvise(private, 3 * MIB, MADV_NOHUGEPAGE);
    memset(private, 1, 3 * MIB);
    inherited = map(2 * MIB, READ_WRITE, ANONYMOUS, -1);
    madvise(inherited, 2 * MIB, MADV_NOHUGEPAGE);
    memset(inherited, 1, 2 * MIB);
    char *shared = map(MIB, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
    memset(shared, 1, MIB);
    pid_t half = child(write_half);
    fact("touched pid=%d private=0x%lx inherited=0x%lx shared=0x%lx child=%d", getpid(), (long)private, (long)inherited,
         (long)shared, half);
}

const struct actor MEMORY[] = {{"mappings", mappings}, {"touched", touched}, {0}};
