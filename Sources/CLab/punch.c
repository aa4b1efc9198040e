#define _GNU_SOURCE
#include "CLab.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int64_t clab_punch(int descriptor, const struct clab_range ranges[], size_t count) {
    int64_t start = now();
    for (size_t i = 0; i < count; i++)
        if (fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, ranges[i].offset, ranges[i].length) < 0)
            return -errno;
    return now() - start;
}
