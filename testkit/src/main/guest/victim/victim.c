// A process with a name of one's choice, for others to hide.
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc > 1) {
        prctl(PR_SET_NAME, argv[1]);
        printf("@@ victim %s pid=%d\n", argv[1], getpid());
        fflush(stdout);
    }
    for (;;) {
        pause();
    }
}
