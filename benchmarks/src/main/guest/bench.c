// Workloads that are run inside the guest, on Retrovisor and on QEMU alike. "bench NAME-OR-GROUP..." or "bench all" runs
// each and prints
//   @@ NAME begin GROUP
//   @@ NAME end CHECKSUM       or, where the guest lacks what it needs,   @@ NAME missing
// so that the host can time what lies between. Sizes are fixed: both machines execute the same instructions.
#include "bench.h"
#include <stdio.h>
#include <string.h>

static u64 seed;

u64 next(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

u64 fnv(u64 hash, const void *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
    return hash;
}

static const struct workload *const LISTS[] = {INTEGER, FLOATS, SYSTEM, MEMORY, PROGRAMS};

static bool names(const char *wanted, const struct workload *work) {
    return !strcmp(wanted, "all") || !strcmp(wanted, work->name) || !strcmp(wanted, work->group);
}

static void run(const struct workload *work) {
    seed = 88172645463325252u;
    if (work->prepare && !work->prepare()) {
        printf("@@ %s missing\n", work->name);
        return;
    }
    printf("@@ %s begin %s\n", work->name, work->group);
    u64 sum = work->run();
    printf("@@ %s end %llx\n", work->name, (unsigned long long)sum);
}

int main(int count, char **wanted) {
    bool known[count];
    memset(known, 0, sizeof known);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t list = 0; list < sizeof LISTS / sizeof *LISTS; list++)
        for (const struct workload *work = LISTS[list]; work->name; work++) {
            bool runs = false;
            for (int i = 1; i < count; i++)
                if (names(wanted[i], work)) known[i] = runs = true;
            if (runs) run(work);
        }
    for (int i = 1; i < count; i++)
        if (!known[i]) printf("bench: there is no workload or group '%s'\n", wanted[i]);
    return 0;
}
