// Workloads that are run inside the guest, on Retrovisor and on QEMU alike. "bench NAME..." runs each and prints
//   @@ NAME begin
//   @@ NAME end CHECKSUM
// so that the host can time what lies between. Sizes are fixed: both machines execute the same instructions.
#define _GNU_SOURCE
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef uint32_t u32;
typedef uint64_t u64;

static u64 seed;

static u64 next(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

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
    for (int round = 0; round < 96; round++)
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
    for (int round = 0; round < 3; round++) {
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
    for (int round = 0; round < 240; round++) {
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
    for (int block = 0; block < 100000; block++) {
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
    u64 value = 1;
    for (int i = 0; i < 12000000; i++) value = operations[(value >> 7 ^ (u64)i) & 3](value);
    return value;
}

static u64 nbody(void) {
    double x[5][3], v[5][3], mass[5];
    for (int i = 0; i < 5; i++) {
        mass[i] = 1.0 / (i + 1);
        for (int k = 0; k < 3; k++) x[i][k] = (double)(i * 3 + k) * 1.25 - 4, v[i][k] = 0.01 * (k - i);
    }
    for (int step = 0; step < 60000; step++) {
        for (int i = 0; i < 5; i++)
            for (int j = i + 1; j < 5; j++) {
                double d[3], square = 0.01;
                for (int k = 0; k < 3; k++) d[k] = x[i][k] - x[j][k], square += d[k] * d[k];
                double magnitude = 0.001 / (square * sqrt(square));
                for (int k = 0; k < 3; k++) v[i][k] -= d[k] * mass[j] * magnitude, v[j][k] += d[k] * mass[i] * magnitude;
            }
        for (int i = 0; i < 5; i++)
            for (int k = 0; k < 3; k++) x[i][k] += 0.001 * v[i][k];
    }
    u64 bits;
    memcpy(&bits, &x[0][0], sizeof bits);
    return bits;
}

static u64 getpid_calls(void) {
    u64 sum = 0;
    for (int i = 0; i < 300000; i++) sum += (u64)syscall(SYS_getppid);
    return sum > 0;
}

static u64 pipes(void) {
    int there[2], back[2];
    char byte = 0;
    if (pipe(there) || pipe(back)) return 0;
    if (fork() == 0) {
        while (read(there[0], &byte, 1) == 1 && byte != 'q') (void)!write(back[1], &byte, 1);
        _exit(0);
    }
    for (int i = 0; i < 10000; i++) {
        byte = 'p';
        (void)!write(there[1], &byte, 1);
        (void)!read(back[0], &byte, 1);
    }
    byte = 'q';
    (void)!write(there[1], &byte, 1);
    wait(NULL);
    return 10000;
}

static u64 processes(void) {
    for (int i = 0; i < 150; i++) {
        pid_t child = fork();
        if (child == 0) {
            execl("/proc/self/exe", "bench", "nothing", NULL);
            _exit(1);
        }
        waitpid(child, NULL, 0);
    }
    return 150;
}

static u64 faults(void) {
    enum { PAGES = 20000 };
    u64 sum = 0;
    for (int round = 0; round < 2; round++) {
        char *area = mmap(NULL, PAGES * 4096L, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (long page = 0; page < PAGES; page++) area[page * 4096] = (char)page, sum++;
        munmap(area, PAGES * 4096L);
    }
    return sum;
}

static u64 chase(void) {
    enum { N = 8 << 20 };
    u32 *next_index = mmap(NULL, N * 4L, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (u32 i = 0; i < N; i += 1024) next_index[i] = (u32)((i + 1024 * 2731) % N);
    u32 at = 0;
    u64 sum = 0;
    for (int i = 0; i < 3000000; i++) sum += at, at = next_index[at];
    return sum;
}

static const struct { const char *name; u64 (*run)(void); } WORKLOADS[] = {
    {"sieve", sieve},     {"crc", crc},           {"sort", sort},       {"core", core},     {"sha256", sha256},
    {"indirect", indirect}, {"nbody", nbody},     {"getppid", getpid_calls}, {"pipe", pipes}, {"forkexec", processes},
    {"faults", faults},   {"chase", chase},
};

int main(int count, char **names) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < count; i++)
        for (size_t w = 0; w < sizeof WORKLOADS / sizeof *WORKLOADS; w++)
            if (strcmp(names[i], "all") == 0 || strcmp(names[i], WORKLOADS[w].name) == 0) {
                seed = 88172645463325252u;
                printf("@@ %s begin\n", WORKLOADS[w].name);
                u64 sum = WORKLOADS[w].run();
                printf("@@ %s end %llx\n", WORKLOADS[w].name, (unsigned long long)sum);
            }
    return 0;
}
