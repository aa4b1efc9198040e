#define _GNU_SOURCE
#include "CLab.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int ends[2];

static void tell(int number) {
    int kept = errno;
    unsigned char byte = (unsigned char)number;
    (void)!write(ends[1], &byte, 1);
    errno = kept;
}

int clab_catch_signals(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action;
        sigaction(numbers[i], NULL, &action);
        if (action.sa_handler == SIG_IGN) continue; // nohup, or a job in the background
        action = (struct sigaction){.sa_handler = tell, .sa_flags = SA_RESTART};
        sigaction(numbers[i], &action, NULL);
    }
    return ends[0];
}
