#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>

// More processors than any machine has; the kernel refuses a set that is smaller than its own.
enum { most_processors = 8192 };

union processor_set {
    cpu_set_t first;
    unsigned char bytes[most_processors / 8];
};

int clinux_usable_processors(int *numbers, int capacity) {
    union processor_set set = {.bytes = {0}};
    if (sched_getaffinity(0, sizeof set, &set.first) < 0) return -1;
    int count = 0;
    for (int number = 0; number < most_processors && count < capacity; number++) {
        if (CPU_ISSET_S(number, sizeof set, &set.first)) numbers[count++] = number;
    }
    return count;
}

int clinux_pin_thread(int processor) {
    if (processor < 0 || processor >= most_processors) {
        errno = EINVAL;
        return -1;
    }
    union processor_set set = {.bytes = {0}};
    CPU_SET_S(processor, sizeof set, &set.first);
    return sched_setaffinity(0, sizeof set, &set.first);
}

int clinux_yield_priority(int niceness) {
    // Of Linux's threads, not of the process, whatever POSIX says.
    errno = 0;
    int now = getpriority(PRIO_PROCESS, 0);
    if (now == -1 && errno != 0) return -1;
    return setpriority(PRIO_PROCESS, 0, now + niceness);
}

int clinux_descriptor_limit(uint64_t *now, uint64_t *most) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -1;
    *now = limit.rlim_cur;
    *most = limit.rlim_max;
    return 0;
}

int clinux_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -1;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit);
}
