// What the files of the looked-at guest share.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A process that brings itself into a state worth looking at, says so with ready(), and stays there.
struct actor {
    const char *name;
    void (*run)(void);
};

// One list a file; each ends with a row without a name.
extern const struct actor FILES[], IPC[], NETWORK[], TASKS[], MEMORY[];

// Ends the guest's run with a message if a call failed; returns its result.
long must(long result, const char *what);

// Prints one line of what an actor knows of itself: "@@ fact NAME key=value ...".
void fact(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Tells the controller that the actor is as it will stay.
void ready(void);

// Sleeps for good.
void stay(void) __attribute__((noreturn));

// Forks a child of an actor that runs body and then stays; returns when the child sleeps, is stopped or is dead.
pid_t child(void (*body)(void));

// Waits until a thread sleeps, is stopped or is dead, seen so several times in a row.
void await_rest(pid_t tid);

// Gathers what the kernel says of itself, prints the marker, then all that was gathered.
void tell_truth(void);

// Forks, executes, signals and exits in an order that is known.
void act(void);
