// What Swift's Glibc overlay does not give. Every function returns what the system call returns, with errno set.
#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Descriptors over sockets.

/// Receives up to `length` bytes and up to `capacity` descriptors (close-on-exec). Surplus descriptors are closed and
/// `*truncated` is set to 1. Never blocks.
ssize_t clinux_receive(int socket, void *bytes, size_t length, int *descriptors, int capacity, int *count,
                       int *truncated);
/// Sends `length` bytes and `count` descriptors. Never blocks and never raises SIGPIPE.
ssize_t clinux_send(int socket, const void *bytes, size_t length, const int *descriptors, int count);
int clinux_accept(int socket);

// Event loop.

struct clinux_event {
    uint64_t token;
    uint32_t events;
};
extern const uint32_t clinux_epoll_in;
extern const uint32_t clinux_epoll_priority;
extern const uint32_t clinux_epoll_hangup;
int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_remove(int epoll, int descriptor);
/// `timeout_ns` below 0 waits without limit.
int clinux_epoll_wait(int epoll, struct clinux_event *events, int capacity, int64_t timeout_ns);
int clinux_eventfd(void);
/// Makes sure that a descriptor of somebody else's is an eventfd, and that it never blocks. EINVAL if it is none.
int clinux_adopt_eventfd(int descriptor);

// Memory files.

int clinux_memfd_create(const char *name);
/// memfd_create with sealing allowed, sized and sealed against shrinking and growing, as QEMU does it.
int clinux_memfd_sealed(const char *name, int64_t size);
/// The seals of a memory file, or -1 where the file cannot have any.
int clinux_seals(int descriptor);
extern const int clinux_seal_shrink;
int clinux_punch_hole(int descriptor, int64_t offset, int64_t length);
/// Whether the file system can punch holes, tried on a page behind the file's end: 0, or -1 with errno set where it
/// refuses them altogether.
int clinux_probe_punch(int descriptor, int64_t size, int64_t page_size);
/// Brings the memory of a range in, zeroed where there was none; the file's size stays.
int clinux_populate(int descriptor, int64_t offset, int64_t length);

struct clinux_file_facts {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    /// Bytes that the file's blocks take.
    int64_t allocated;
    /// The size of the pages that the file's memory is made of.
    int64_t page_size;
    /// What is best given back in one piece: `page_size`, or that of the transparent huge pages of shared memory.
    int64_t block_size;
    int is_hugetlbfs;
    int is_writable;
};
/// `asks_policy`: look up the host's policy of huge pages, too, which `block_size` depends on.
int clinux_file_facts(int descriptor, int asks_policy, struct clinux_file_facts *facts);

// Mappings that survive a truncated file.

/// Maps shared and writable, and guards the range: a SIGBUS inside it replaces it by zero pages and marks it broken.
/// `*slot` tells the mapping from others until it is unmapped. NULL with errno set on failure.
void *clinux_map_guarded(int descriptor, int64_t offset, size_t length, int *slot);
void clinux_unmap_guarded(int slot, void *address, size_t length);
/// 1 if the mapping was hit by a SIGBUS.
int clinux_is_broken(int slot);

// Processors and limits of this process.

/// Writes the numbers of the processors that this thread may run on, ascending; their count, or -1.
int clinux_usable_processors(int *numbers, int capacity);
/// Lets this thread run on one processor only.
int clinux_pin_thread(int processor);
/// Lets others have the processor before this thread: adds to its niceness.
int clinux_yield_priority(int niceness);
/// How many descriptors may be open now, and to what that may be raised.
int clinux_descriptor_limit(uint64_t *now, uint64_t *most);
/// Raises the former to the latter.
int clinux_raise_descriptor_limit(void);

// Threads that wait for each other.

/// Waits while `*word` is `expected`, at most `timeout_ns` (below 0: without limit).
void clinux_futex_wait(const void *word, uint32_t expected, int64_t timeout_ns);
void clinux_futex_wake(const void *word);

// The process at the other end of a socket.

/// Its id, or -1.
pid_t clinux_peer(int socket);

// Stop signals: SIGINT and SIGTERM, for one thread that waits for them.

void clinux_catch_stop_signals(void);
/// The default actions again; a waiting thread gets 0.
void clinux_release_stop_signals(void);
/// Blocks; the signal's number, or 0 after a release.
int clinux_wait_stop_signal(void);

#endif
