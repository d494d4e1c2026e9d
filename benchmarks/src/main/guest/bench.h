// What the workloads' files share.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;

// A pseudorandom word; the sequence begins anew with each workload.
u64 next(void);

// One row of the table: one function and one line in its file's list. A list ends with a row without a name.
struct workload {
    const char *group;
    const char *name;
    // Makes what the workload needs, outside the time taken. False where the guest lacks it. May be absent.
    bool (*prepare)(void);
    // Does the work, the same instructions on every machine, and returns a checksum of its results.
    u64 (*run)(void);
};

extern const struct workload INTEGER[], FLOATS[], SYSTEM[], MEMORY[], PROGRAMS[];

// Begins a run of 64-bit FNV-1a.
#define FNV_START 0xcbf29ce484222325u
u64 fnv(u64 hash, const void *bytes, size_t length);
