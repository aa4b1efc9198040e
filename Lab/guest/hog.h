// The lab's guest program: an agent that takes commands on a serial line, and the jobs that it starts.
#pragma once
#include <stdatomic.h>
#include <stdint.h>

enum { pageSize = 4096, wordsPerPage = pageSize / 8, maxReaders = 8 };

/// What a job and the agent share, so that the agent can tell how far a killed job had come.
struct shared {
    _Atomic uint64_t touchedPages;
    _Atomic uint64_t reads[maxReaders];
    _Atomic uint64_t badReads;
};

/// Nanoseconds on the monotonic clock.
uint64_t now(void);

/// The word at `index` of the test disk.
static inline uint64_t diskWord(uint64_t index) { return (index + 1) * 0x9E3779B97F4A7C15u ^ 0xA5A5A5A55A5A5A5Au; }

/// Writes a disk of `mib` MiB to `path`; runs on the host.
int writePattern(uint64_t mib, const char *path);

/// Serves commands on the terminal `path`; does not return.
int serve(const char *path);

// Jobs: each runs in a child, writes its answer lines to `out`, and returns the child's exit code.
int eat(int out, struct shared *shared, uint64_t mib, double holdSeconds);
int touch(int out, struct shared *shared, uint64_t mib);
int fragment(int out, struct shared *shared, uint64_t mib);
int readAtRandom(int out, struct shared *shared, uint64_t mib, unsigned threads);
int loadModule(int out, const char *name);
int unloadModule(int out, const char *name);

// Short answers, written by the agent itself into `line` (at most `size` bytes).
void memoryInfo(char *line, unsigned size);

/// A counter of /proc/vmstat, or 0 if there is none of that name. Takes no memory.
uint64_t vmstat(const char *name);
