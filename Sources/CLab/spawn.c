#define _GNU_SOURCE
#include "CLab.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { first = 3, scratch = 200 };

/// Only calls that are safe after a fork of a program with threads.
static void become(const char *path, char *const arguments[], int output, const int descriptors[], int count,
                   pid_t parent) {
    sigset_t none;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(126); // the parent was gone before the line above
    for (int signal = 1; signal < NSIG; signal++) {
        struct sigaction action = {.sa_handler = SIG_DFL};
        sigaction(signal, &action, NULL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 0; i < count; i++) // out of the way first: a source may lie where another one goes
        if (dup2(descriptors[i], scratch + i) < 0) _exit(126);
    if (dup2(output, 1) < 0 || dup2(output, 2) < 0) _exit(126);
    for (int i = 0; i < count; i++)
        if (dup2(scratch + i, first + i) < 0) _exit(126);
    close_range((unsigned)(first + count), ~0u, 0);
    close(0);
    if (open("/dev/null", O_RDONLY) != 0) _exit(126);
    execv(path, arguments);
    _exit(127);
}

pid_t clab_spawn(const char *path, char *const arguments[], int output, const int descriptors[], int count) {
    pid_t parent = getpid(), child = fork();
    if (child == 0) become(path, arguments, output, descriptors, count, parent);
    return child < 0 ? -errno : child;
}
