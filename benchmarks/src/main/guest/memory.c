// What is hard on a translation cache: loads all over memory, and code that changes.
#define _GNU_SOURCE
#include "bench.h"
#include <string.h>
#include <sys/cachectl.h>
#include <sys/mman.h>

// One cache line; a cycle through all lines of 64 MiB in random order, so that nearly each step is to another page.
struct line { struct line *link; u64 key; char rest[48]; };

enum { LINES = 1 << 20, LOADS = 4000000 };

static struct line *first_line;

static void *pages(size_t bytes, int protection) {
    void *area = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) return NULL;
    madvise(area, bytes, MADV_NOHUGEPAGE);
    return area;
}

static bool make_lines(void) {
    struct line *lines = pages(LINES * sizeof *lines, PROT_READ | PROT_WRITE);
    u32 *order = pages(LINES * sizeof *order, PROT_READ | PROT_WRITE);
    if (!lines || !order) return false;
    for (u32 i = 0; i < LINES; i++) order[i] = i;
    for (u32 i = LINES - 1; i > 0; i--) {
        u32 other = (u32)(next() % (i + 1)), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (u32 i = 0; i < LINES; i++) {
        lines[order[i]].link = &lines[order[(i + 1) % LINES]];
        lines[order[i]].key = order[i];
    }
    munmap(order, LINES * sizeof *order);
    first_line = lines;
    return true;
}

static u64 chase(void) {
    u64 sum = 0;
    const struct line *at = first_line;
    for (int i = 0; i < LOADS; i++) sum += at->key ^ (u64)i, at = at->link;
    munmap(first_line, LINES * sizeof *first_line);
    return sum;
}

static u32 *code;

static bool make_code(void) {
    code = pages(1 << 16, PROT_READ | PROT_WRITE | PROT_EXEC);
    return code != NULL;
}

// addi a0, a0, IMMEDIATE; IMMEDIATE is of 11 bits.
static u32 add_immediate(u32 immediate) { return immediate << 20 | 0x00050513; }

static const u32 RETURN = 0x00008067;

// One instruction of a small function changes before each call, as of a patched branch or a probe; fence.i by hand.
static u64 patch(void) {
    u64 value = 1;
    code[0] = add_immediate(0);
    code[1] = RETURN;
    for (u32 i = 0; i < 100000; i++) {
        code[0] = add_immediate(i & 2047);
        __asm__ volatile("fence.i" ::: "memory");
        value = ((u64(*)(u64))(void *)code)(value);
    }
    munmap(code, 1 << 16);
    return value;
}

// As a JIT compiler does: new functions behind one another in a buffer that is filled again and again, made known to
// the processor by the system call, each called some times.
static u64 jit(void) {
    // The kernel's SYS_RISCV_FLUSH_ICACHE_LOCAL, which no header of the C library has.
    enum { BODY = 24, CALLS = 20, FOR_THIS_THREAD = 1 };
    u64 value = 1;
    size_t room = (1 << 16) / sizeof *code, at = 0;
    for (u32 i = 0; i < 30000; i++) {
        if (at + BODY + 1 > room) at = 0;
        u32 *function = code + at;
        for (u32 k = 0; k < BODY; k++) function[k] = add_immediate((i * 7 + k) & 2047);
        function[BODY] = RETURN;
        at += BODY + 1;
        __riscv_flush_icache(function, function + BODY + 1, FOR_THIS_THREAD);
        for (int k = 0; k < CALLS; k++) value = ((u64(*)(u64))(void *)function)(value);
    }
    munmap(code, 1 << 16);
    return value;
}

const struct workload MEMORY[] = {
    {"tlb", "chase", make_lines, chase},
    {"selfmod", "patch", make_code, patch},
    {"selfmod", "jit", make_code, jit},
    {0},
};
