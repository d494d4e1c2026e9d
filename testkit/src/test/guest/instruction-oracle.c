// Executes single instructions for the differential test and tells what they did: the registers, fcsr and memory that
// each case starts from come from standard input, what they are afterwards goes to standard output.
//
// No C library: an instruction under test may leave any value in any register, tp and gp among them.
#include <asm/sigcontext.h>
#include <asm/signal.h>
#include <asm/siginfo.h>
#include <asm/ucontext.h>
#include <asm/unistd.h>
#include <linux/mman.h>
#include <linux/time.h>

typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;

// The addresses and the record are fixed: CaseBatch.java has the same numbers. The program itself is linked to the
// MiB below SLOTS, so that a slot reaches leave_x28 to leave_x31 with one jal.
#define SLOTS 0x81000000ul
#define SLOT_BYTES 32
#define SLOT_COUNT 4096
#define SEA 0x81200000ul // nothing but c.ebreak: wherever a jump goes, it is caught and reported
#define SEA_BYTES 0x400000ul
#define WINDOW_AREA 0x82000000ul // data around the window, so that wild loads and stores hurt nothing
#define WINDOW_AREA_BYTES 0x20000ul
#define WINDOW 0x8200FFC0ul // 64 bytes in one page, 64 in the next
#define WINDOW_BYTES 128
#define RECORDS 0x83000000ul

struct record {
    u64 x[32]; // x0: the pc afterwards
    u64 f[32];
    u64 fcsr;
    u64 address; // of the instruction, or of the prelude if there is one
    u32 instruction;
    u32 prelude; // a 32-bit instruction to execute first, or 0
    u32 pointer; // 28 to 31: a register that the instruction does not name
    u32 signal;  // afterwards: what ended it, or 0
    u8 memory[WINDOW_BYTES];
};

static struct record *const records = (struct record *)RECORDS;
static struct record *current;
static u8 signal_stack[65536] __attribute__((aligned(16)));

// In instruction-oracle-enter.S. enter(): loads all registers and jumps to entry through the pointer register.
extern void enter(struct record *record, u64 entry);
extern u8 recover[], leave_x28[], leave_x29[], leave_x30[], leave_x31[];
extern u64 saved_sp;

static long system_call(long number, long a, long b, long c, long d, long e, long f) {
    register long a0 asm("a0") = a;
    register long a1 asm("a1") = b;
    register long a2 asm("a2") = c;
    register long a3 asm("a3") = d;
    register long a4 asm("a4") = e;
    register long a5 asm("a5") = f;
    register long a7 asm("a7") = number;
    asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
    return a0;
}

static void leave(int code) {
    system_call(__NR_exit_group, code, 0, 0, 0, 0, 0);
}

// Returns 0 at the end of the input.
static int read_fully(void *to, u64 bytes) {
    for (u64 done = 0; done < bytes;) {
        long got = system_call(__NR_read, 0, (long)to + done, bytes - done, 0, 0, 0);
        if (got <= 0) {
            return 0;
        }
        done += got;
    }
    return 1;
}

static void write_fully(const void *from, u64 bytes) {
    for (u64 done = 0; done < bytes;) {
        long put = system_call(__NR_write, 1, (long)from + done, bytes - done, 0, 0, 0);
        if (put <= 0) {
            leave(3);
        }
        done += put;
    }
}

static void copy_words(void *to, const void *from, u64 bytes) {
    volatile u64 *target = to;
    const volatile u64 *source = from;
    for (u64 i = 0; i < bytes / 8; i++) {
        target[i] = source[i];
    }
}

// Takes over the interrupted registers and goes on in enter()'s caller.
static void on_signal(int number, void *info, struct ucontext *context) {
    (void)info;
    struct sigcontext *at = &context->uc_mcontext;
    current->signal = number;
    copy_words(current->x, &at->sc_regs, 32 * 8); // the pc stands in x0's place
    copy_words(current->f, at->sc_fpregs.d.f, 32 * 8);
    current->fcsr = at->sc_fpregs.d.fcsr;
    at->sc_regs.pc = (u64)recover;
    at->sc_regs.sp = saved_sp;
}

static void catch_signals(void) {
    static const int caught[] = {SIGILL, SIGTRAP, SIGBUS, SIGSEGV};
    struct {
        void *stack;
        int flags;
        u64 bytes;
    } stack = {signal_stack, 0, sizeof signal_stack};
    struct {
        void *handler;
        u64 flags;
        u64 mask;
    } action = {on_signal, SA_SIGINFO | SA_ONSTACK, 0};
    system_call(__NR_sigaltstack, (long)&stack, 0, 0, 0, 0, 0);
    for (u64 i = 0; i < sizeof caught / sizeof caught[0]; i++) {
        system_call(__NR_rt_sigaction, caught[i], (long)&action, 0, 8, 0, 0);
    }
}

// Ends the program with SIGALRM unless it is set anew in time: a case must not loop for ever.
static void set_alarm(u64 seconds) {
    u64 timer[4] = {0, 0, seconds, 0}; // struct itimerval
    system_call(__NR_setitimer, ITIMER_REAL, (long)timer, 0, 0, 0, 0);
}

static void map(u64 address, u64 bytes, int protection) {
    long got = system_call(
            __NR_mmap, address, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (got != (long)address) {
        leave(2);
    }
}

static void put(u64 address, u32 bits) {
    *(volatile u16 *)address = bits;
    *(volatile u16 *)(address + 2) = bits >> 16;
}

// The pc-relative distance in the form that auipc and a 12-bit immediate take together.
static u32 high_part(u64 distance) {
    return (distance + 0x800) & 0xFFFFF000;
}

static u32 jal(u64 from, u64 to) {
    u64 distance = to - from;
    return (distance >> 20 & 1) << 31 | (distance >> 1 & 0x3FF) << 21 | (distance >> 11 & 1) << 20
            | (distance >> 12 & 0xFF) << 12 | 0x6F;
}

static int is_in_slot(const struct record *record) {
    return record->address - SLOTS < SLOT_BYTES * SLOT_COUNT;
}

// auipc and addi make the pointer register point at the record; then comes the case, then the way out.
static void write_slot(struct record *record) {
    static u8 *const exits[] = {leave_x28, leave_x29, leave_x30, leave_x31};
    u64 at = record->address - 8;
    u64 distance = (u64)record - at;
    put(at, high_part(distance) | record->pointer << 7 | 0x17);
    put(at + 4, (distance & 0xFFF) << 20 | record->pointer << 15 | record->pointer << 7 | 0x13);
    at += 8;
    if (record->prelude != 0) {
        put(at, record->prelude);
        at += 4;
    }
    put(at, record->instruction);
    at += (record->instruction & 3) == 3 ? 4 : 2;
    put(at, jal(at, (u64)exits[record->pointer - 28]));
}

static void run(struct record *record) {
    int in_slot = is_in_slot(record);
    current = record;
    copy_words((void *)WINDOW, record->memory, WINDOW_BYTES);
    record->signal = 0;
    if (!in_slot) {
        u64 at = record->address;
        *(volatile u16 *)at = record->instruction;
        if ((record->instruction & 3) == 3) {
            *(volatile u16 *)(at + 2) = record->instruction >> 16;
        }
        asm volatile("fence.i" ::: "memory");
    }
    enter(record, in_slot ? record->address - 8 : record->address);
    if (!in_slot) {
        put(record->address, 0x90029002);
    }
    copy_words(record->memory, (void *)WINDOW, WINDOW_BYTES);
}

void _start(void) {
    u32 count;
    map(SLOTS, SLOT_BYTES * SLOT_COUNT, PROT_READ | PROT_WRITE | PROT_EXEC);
    map(SEA, SEA_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC);
    map(WINDOW_AREA, WINDOW_AREA_BYTES, PROT_READ | PROT_WRITE);
    map(RECORDS, SLOT_COUNT * sizeof records[0], PROT_READ | PROT_WRITE);
    for (u64 at = SEA; at < SEA + SEA_BYTES; at += 4) {
        *(volatile u32 *)at = 0x90029002;
    }
    catch_signals();
    while (read_fully(&count, sizeof count)) {
        if (count > SLOT_COUNT || !read_fully(records, count * sizeof records[0])) {
            leave(4);
        }
        set_alarm(60);
        for (u32 i = 0; i < count; i++) {
            if (is_in_slot(&records[i])) {
                write_slot(&records[i]);
            }
        }
        asm volatile("fence.i" ::: "memory");
        for (u32 i = 0; i < count; i++) {
            run(&records[i]);
        }
        set_alarm(0);
        write_fully(records, count * sizeof records[0]);
    }
    leave(0);
}
