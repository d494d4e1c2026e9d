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

static bool wanted(const struct workload *work, int count, char **names) {
    for (int i = 1; i < count; i++)
        if (!strcmp(names[i], "all") || !strcmp(names[i], work->name) || !strcmp(names[i], work->group)) return true;
    return false;
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

int main(int count, char **names) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t list = 0; list < sizeof LISTS / sizeof *LISTS; list++)
        for (const struct workload *work = LISTS[list]; work->name; work++)
            if (wanted(work, count, names)) run(work);
    return 0;
}
