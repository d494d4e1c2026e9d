// Integer programs of the kinds that processors are judged by, and indirect calls.
#include "bench.h"
#include <stdlib.h>
#include <string.h>

static u64 sieve(void) {
    enum { N = 1000000 };
    static char composite[N];
    u64 count = 0;
    for (int round = 0; round < 8; round++) {
        memset(composite, 0, N);
        for (int i = 2; i < N; i++) {
            if (composite[i]) continue;
            count++;
            for (int j = 2 * i; j < N; j += i) composite[j] = 1;
        }
    }
    return count;
}

static u64 crc(void) {
    static unsigned char data[1 << 16];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (unsigned char)next();
    u32 value = ~0u;
    for (int round = 0; round < 800; round++)
        for (size_t i = 0; i < sizeof data; i++) {
            value ^= data[i];
            for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (0xEDB88320u & -(value & 1));
        }
    return value;
}

static int ascending(const void *a, const void *b) {
    u32 x = *(const u32 *)a, y = *(const u32 *)b;
    return x < y ? -1 : x > y;
}

static u64 sort(void) {
    enum { N = 200000 };
    static u32 values[N];
    u64 sum = 0;
    for (int round = 0; round < 6; round++) {
        for (int i = 0; i < N; i++) values[i] = (u32)next();
        qsort(values, N, sizeof *values, ascending);
        sum += values[N / 2];
    }
    return sum;
}

struct node { struct node *link; u64 key; };

// A list, a matrix and a state machine, in the manner of CoreMark.
static u64 core(void) {
    enum { NODES = 512, SIDE = 48 };
    static struct node nodes[NODES];
    static int a[SIDE][SIDE], b[SIDE][SIDE];
    u64 sum = 0;
    for (int i = 0; i < NODES; i++) {
        nodes[i].key = next();
        nodes[i].link = &nodes[(i * 181 + 97) % NODES];
    }
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) a[i][j] = (int)next() & 255, b[i][j] = (int)next() & 255;
    for (int round = 0; round < 1800; round++) {
        struct node *at = nodes;
        for (int i = 0; i < 20000; i++) sum += at->key ^ (u64)i, at = at->link;
        for (int i = 0; i < SIDE; i++)
            for (int j = 0; j < SIDE; j++) {
                int cell = 0;
                for (int k = 0; k < SIDE; k++) cell += a[i][k] * b[k][j];
                sum += (u64)cell;
            }
        int state = 0;
        for (int i = 0; i < 40000; i++) {
            unsigned char c = (unsigned char)(nodes[i % NODES].key >> (i & 31));
            switch (state) {
                case 0: state = c < 40 ? 1 : c < 80 ? 2 : 0; break;
                case 1: state = c & 1 ? 3 : 0; break;
                case 2: state = c & 2 ? 3 : 1; break;
                default: state = c > 200 ? 0 : 2; sum++; break;
            }
        }
    }
    return sum;
}

// In Dhrystone's manner: records behind pointers, strings compared and copied, arrays, an enumeration and small
// procedures, in about the mix of a compiler or an editor.
enum kind { NONE, FIRST, SECOND, THIRD };

struct record {
    struct record *link;
    enum kind kind;
    int number;
    char text[32];
};

#define PROCEDURE __attribute__((noinline, noclone)) static

static int table[64], squares[32][32], latest;

PROCEDURE enum kind other_kind(enum kind kind, int number) {
    switch (kind) {
        case NONE: return FIRST;
        case FIRST: return number > 100 ? NONE : THIRD;
        case SECOND: return SECOND;
        default: return number & 1 ? SECOND : NONE;
    }
}

PROCEDURE int between(int low, int high) { return low + 2 < high ? high - low : low + high; }

PROCEDURE void fill(int *row, int (*area)[32], int at, int number) {
    row[at] = number;
    row[at + 1] = row[at];
    row[at + 30] = at;
    for (int i = at; i <= at + 1; i++) area[at & 31][i & 31] = at;
    area[at & 31][(at + 31) & 31]++;
    latest = 5;
}

PROCEDURE bool is_after(const char *a, const char *b) {
    int at = 2;
    while (at < 30 && a[at] == b[at + 1]) at++;
    return at < 30 && strcmp(a, b) > 0;
}

PROCEDURE void renew(struct record *record) {
    struct record *after = record->link;
    *after = *record;
    after->link = record->link;
    after->number = record->number + 5;
    after->kind = other_kind(after->kind, after->number);
    if (after->kind == NONE) after->number = between(6, after->number);
    else record->text[31] = 0;
}

static u64 dhry(void) {
    static struct record a, b;
    char text[32], fresh[32];
    u64 sum = 0;
    a = (struct record){&b, FIRST, 40, "A PROGRAM IN ITS OLD TEXT, SOME"};
    b.link = &a;
    strcpy(text, "A PROGRAM IN ITS 1'ST TEXT, SOM");
    for (int round = 0; round < 5000000; round++) {
        strcpy(fresh, "A PROGRAM IN ITS 2'ND TEXT, SOM");
        fresh[20] = (char)('A' + round % 23);
        int low = 2, high = 3 + round % 9;
        if (!is_after(fresh, text)) high = between(low, high);
        while (low < high) low += 5 * low - high > 0 ? 5 * low - high : 1;
        fill(table, squares, round & 31, low);
        renew(&a);
        a.kind = other_kind(a.kind, round & 127);
        high = high * low / (1 + (round & 15)) - latest;
        sum += (u64)(high + b.number + (int)b.kind + table[round & 63]);
    }
    return sum;
}

static const u32 K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static u32 rotate(u32 x, int n) { return x >> n | x << (32 - n); }

static u64 sha256(void) {
    u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    u32 w[64];
    for (int block = 0; block < 1200000; block++) {
        for (int i = 0; i < 16; i++) w[i] = h[i & 7] + (u32)(block * 16 + i);
        for (int i = 16; i < 64; i++) {
            u32 s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
            u32 s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
        u32 v[8];
        memcpy(v, h, sizeof v);
        for (int i = 0; i < 64; i++) {
            u32 s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
            u32 t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
            u32 s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
            u32 t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            v[7] = v[6], v[6] = v[5], v[5] = v[4], v[4] = v[3] + t1, v[3] = v[2], v[2] = v[1], v[1] = v[0], v[0] = t1 + t2;
        }
        for (int i = 0; i < 8; i++) h[i] += v[i];
    }
    return h[0];
}

static u64 add_op(u64 x) { return x + 3; }
static u64 xor_op(u64 x) { return x ^ 0x5555; }
static u64 shift_op(u64 x) { return x << 1 | x >> 63; }
static u64 multiply_op(u64 x) { return x * 31; }

static u64 indirect(void) {
    static u64 (*const operations[4])(u64) = {add_op, xor_op, shift_op, multiply_op};
    // A word of many bits: from a small one the functions make a cycle of four.
    u64 value = next();
    for (int i = 0; i < 36000000; i++) value = operations[(value >> 7 ^ (u64)i) & 3](value);
    return value;
}

const struct workload INTEGER[] = {
    {"integer", "sieve", NULL, sieve},
    {"integer", "crc", NULL, crc},
    {"integer", "sort", NULL, sort},
    {"integer", "core", NULL, core},
    {"integer", "dhrystone", NULL, dhry},
    {"integer", "sha256", NULL, sha256},
    {"dynamic", "indirect", NULL, indirect},
    {0},
};
