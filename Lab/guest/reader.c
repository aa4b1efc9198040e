#define _GNU_SOURCE
// A job that lives on the page cache: threads that read a mapped disk at random, and check what they read.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hog.h"

struct reader {
    struct shared *shared;
    volatile const uint64_t *disk;
    uint64_t pages;
    unsigned number;
};

static void *readForEver(void *argument) {
    struct reader *reader = argument;
    uint64_t random = 0x9E3779B97F4A7C15u * (reader->number + 1), count = 0;
    for (;;) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint64_t index = (random >> 9) % reader->pages * wordsPerPage + (random & (wordsPerPage - 1));
        if (reader->disk[index] != diskWord(index)) atomic_fetch_add(&reader->shared->badReads, 1);
        atomic_store_explicit(&reader->shared->reads[reader->number], ++count, memory_order_relaxed);
    }
    return NULL;
}

int readAtRandom(int out, struct shared *shared, uint64_t mib, unsigned threads) {
    static struct reader readers[maxReaders];
    if (threads < 1 || threads > maxReaders) {
        dprintf(out, "err between 1 and %d threads\n", maxReaders);
        return 1;
    }
    int disk = open("/dev/vda", O_RDONLY);
    void *mapping = disk < 0 ? MAP_FAILED : mmap(NULL, mib << 20, PROT_READ, MAP_SHARED, disk, 0);
    if (mapping == MAP_FAILED) {
        dprintf(out, "err cannot map /dev/vda\n");
        return 1;
    }
    uint64_t start = now(), pages = mib * 256, bad = 0;
    volatile const uint64_t *words = mapping;
    for (int pass = 0; pass < 2; pass++) // twice: the second pass makes the pages active
        for (uint64_t p = 0; p < pages; p++) bad += words[p * wordsPerPage] != diskWord(p * wordsPerPage);
    atomic_fetch_add(&shared->badReads, bad);
    for (unsigned i = 0; i < threads; i++) {
        pthread_t thread;
        readers[i] = (struct reader){.shared = shared, .disk = words, .pages = pages, .number = i};
        if (pthread_create(&thread, NULL, readForEver, &readers[i]) != 0) {
            dprintf(out, "err cannot start a thread\n");
            return 1;
        }
    }
    dprintf(out, "ok warm=%.3f\n", (double)(now() - start) / 1e9);
    for (;;) pause();
}
