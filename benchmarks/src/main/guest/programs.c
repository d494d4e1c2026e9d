// Programs of the guest itself. Their checksum is over what they print.
#define _GNU_SOURCE
#include "bench.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT "/tmp/bench-text"
#define PYTHON "/bin/python3"

// Words by pseudorandom frequency, in lines: compresses about as well as prose.
static bool make_text(long bytes) {
    enum { WORDS = 2048, LONGEST = 12 };
    static char words[WORDS][LONGEST + 1];
    for (int w = 0; w < WORDS; w++) {
        int length = 2 + (int)(next() % (LONGEST - 1));
        for (int i = 0; i < length; i++) words[w][i] = "etaoinshrdlucmfwypvbgkqjxz"[next() % 26 * (next() % 26) / 26];
    }
    FILE *out = fopen(TEXT, "w");
    if (!out) return false;
    for (long written = 0, column = 0; written < bytes;) {
        u64 a = next() % WORDS, b = next() % WORDS;
        int length = fprintf(out, "%s%c", words[a * b / WORDS], column > 60 ? '\n' : ' ');
        column = column > 60 ? 0 : column + length;
        written += length;
    }
    return fclose(out) == 0;
}

static u64 output_of(const char *program, const char *const *arguments) {
    int ends[2];
    if (pipe(ends)) return 0;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        close(ends[0]), close(ends[1]);
        execv(program, (char *const *)arguments);
        _exit(127);
    }
    close(ends[1]);
    static char bytes[1 << 16];
    u64 hash = FNV_START;
    for (ssize_t got = read(ends[0], bytes, sizeof bytes); got > 0; got = read(ends[0], bytes, sizeof bytes))
        hash = fnv(hash, bytes, (size_t)got);
    close(ends[0]);
    int status;
    waitpid(child, &status, 0);
    return status == 0 ? hash : 0;
}

#define RUN(program, ...) output_of(program, (const char *const[]){__VA_ARGS__, NULL})

static bool has_busybox(void) { return access("/bin/busybox", X_OK) == 0; }

static bool prepare_gzip(void) { return has_busybox() && make_text(6 << 20); }

static u64 gzip(void) {
    u64 hash = RUN("/bin/busybox", "gzip", "-c", TEXT);
    unlink(TEXT);
    return hash;
}

static bool prepare_awk(void) { return has_busybox() && make_text(800 << 10); }

// The work that awk is for: fields, associative arrays, strings.
static u64 awk_text(void) {
    u64 hash = RUN("/bin/busybox", "awk",
        "{ for (i = 1; i <= NF; i++) seen[$i]++; letters += length($0); if ($1 < $2) upwards++ }"
        "END { for (word in seen) if (seen[word] > most) most = seen[word]; print NR, letters, upwards, most }",
        TEXT);
    unlink(TEXT);
    return hash;
}

// awk as an interpreter alone: calls, loops, numbers.
static u64 awk_loop(void) {
    return RUN("/bin/busybox", "awk",
        "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }"
        "BEGIN { for (i = 1; i < 30000; i++) { sum += i % 7 * 3; last[i % 64] = sum - last[(i + 1) % 64] }"
        " printf \"%d %d\\n\", fib(18), last[5] % 1000003 }");
}

static bool has_python(void) {
    setenv("PYTHONHOME", "/usr", 1);
    setenv("PYTHONHASHSEED", "0", 1);
    setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
    return access(PYTHON, X_OK) == 0;
}

static u64 python(void) { return RUN(PYTHON, "python3", "-S", "/bench.py"); }

const struct workload PROGRAMS[] = {
    {"integer", "gzip", prepare_gzip, gzip},
    {"integer", "awk-text", prepare_awk, awk_text},
    {"dynamic", "awk-loop", has_busybox, awk_loop},
    {"dynamic", "python3", has_python, python},
    {0},
};
