#define _GNU_SOURCE
// Jobs that take memory.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "hog.h"

enum { wordsTouched = 4 }; // of each page, evenly spread

static uint64_t expected(uint64_t page, unsigned word) {
    return (page * wordsTouched + word + 1) * 0xD6E8FEB86659FD93u ^ 0x0123456789ABCDEFu;
}

static volatile uint64_t *map(uint64_t mib) {
    void *memory = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void touchAll(volatile uint64_t *memory, uint64_t pages, struct shared *shared) {
    for (uint64_t p = 0; p < pages; p++) {
        for (unsigned w = 0; w < wordsTouched; w++)
            memory[p * wordsPerPage + w * (wordsPerPage / wordsTouched)] = expected(p, w);
        atomic_store_explicit(&shared->touchedPages, p + 1, memory_order_relaxed);
    }
}

static uint64_t countBad(volatile uint64_t *memory, uint64_t pages) {
    uint64_t bad = 0;
    for (uint64_t p = 0; p < pages; p++) {
        for (unsigned w = 0; w < wordsTouched; w++) {
            if (memory[p * wordsPerPage + w * (wordsPerPage / wordsTouched)] != expected(p, w)) {
                bad++;
                break;
            }
        }
    }
    return bad;
}

static double seconds(uint64_t from, uint64_t to) { return (double)(to - from) / 1e9; }

int eat(int out, struct shared *shared, uint64_t mib, double holdSeconds) {
    uint64_t start = now(), pages = mib * 256;
    volatile uint64_t *memory = map(mib);
    if (!memory) {
        dprintf(out, "err mmap of %llu MiB refused\n", (unsigned long long)mib);
        return 1;
    }
    touchAll(memory, pages, shared);
    uint64_t have = now();
    dprintf(out, "event have t=%llu seconds=%.3f\n", (unsigned long long)have, seconds(start, have));
    uint64_t bad = countBad(memory, pages), verified = now();
    dprintf(out, "event verified t=%llu bad=%llu\n", (unsigned long long)verified, (unsigned long long)bad);
    if (holdSeconds > 0) {
        uint64_t until = have + (uint64_t)(holdSeconds * 1e9);
        struct timespec t = {.tv_sec = (time_t)(until / 1000000000u), .tv_nsec = (long)(until % 1000000000u)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
        uint64_t again = countBad(memory, pages);
        if (again > bad) bad = again;
    }
    dprintf(out, "ok result=alive start=%llu have=%llu take=%.3f seconds=%.3f bad=%llu\n", (unsigned long long)start,
            (unsigned long long)have, seconds(start, have), seconds(start, verified), (unsigned long long)bad);
    return 0;
}

int touch(int out, struct shared *shared, uint64_t mib) {
    uint64_t start = now();
    volatile uint64_t *memory = map(mib);
    if (!memory) {
        dprintf(out, "err mmap of %llu MiB refused\n", (unsigned long long)mib);
        return 1;
    }
    touchAll(memory, mib * 256, shared);
    munmap((void *)memory, mib << 20);
    dprintf(out, "ok seconds=%.3f\n", seconds(start, now()));
    return 0;
}

/// Takes `mib` MiB page by page, gives every second page back, and keeps the rest until it is ended.
int fragment(int out, struct shared *shared, uint64_t mib) {
    volatile uint64_t *memory = map(mib);
    if (!memory) {
        dprintf(out, "err mmap of %llu MiB refused\n", (unsigned long long)mib);
        return 1;
    }
    madvise((void *)memory, mib << 20, MADV_NOHUGEPAGE);
    touchAll(memory, mib * 256, shared);
    for (uint64_t p = 0; p < mib * 256; p += 2)
        madvise((void *)(memory + p * wordsPerPage), pageSize, MADV_DONTNEED);
    dprintf(out, "ok kept=%llu\n", (unsigned long long)(mib << 20) / 2);
    for (;;) pause();
}
