#ifndef CLAB_H
#define CLAB_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Starts `path` with `arguments` (ended by NULL) in a process group of its own; returns its pid or -errno.
///
/// The child gets `output` as standard output and error, /dev/null as standard input, `descriptors[i]` as
/// descriptor 3 + i, and nothing else. It is killed by the kernel when the *thread* that called this ends, so call it
/// from a thread that lives as long as the program. Foundation's Process can do neither.
pid_t clab_spawn(const char *path, char *const arguments[], int output, const int descriptors[], int count);

/// Catches SIGINT, SIGTERM and SIGHUP, but for those that are ignored; returns a descriptor from which each can be
/// read as one byte, or -errno.
int clab_catch_signals(void);

/// A range of a file, in bytes.
struct clab_range {
    int64_t offset;
    int64_t length;
};

/// Punches a hole for each range and does nothing else: what the kernel's share of a discard costs. Returns the
/// nanoseconds that it took, or -errno of the first hole that failed.
int64_t clab_punch(int descriptor, const struct clab_range ranges[], size_t count);

#endif
