// A semaphore may be posted from a signal handler (POSIX), so a thread can wait for signals without a mask that every
// other thread would have to share.
#include "CLinux.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>

static sem_t arrived;
static atomic_int waiting[2];  // SIGINT, SIGTERM
static atomic_int released;

static void on_signal(int number) {
    int saved = errno;
    // A second one ends the process, whatever keeps it from stopping.
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    atomic_store(&waiting[number == SIGTERM], 1);
    sem_post(&arrived);
    errno = saved;
}

void clinux_catch_stop_signals(void) {
    sem_init(&arrived, 0, 0);
    atomic_store(&released, 0);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void clinux_release_stop_signals(void) {
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    atomic_store(&released, 1);
    sem_post(&arrived);
}

int clinux_wait_stop_signal(void) {
    for (;;) {
        while (sem_wait(&arrived) != 0 && errno == EINTR) {
        }
        if (atomic_exchange(&waiting[0], 0)) return SIGINT;
        if (atomic_exchange(&waiting[1], 0)) return SIGTERM;
        if (atomic_load(&released)) return 0;
    }
}
