// Rings are mapped from a file that the VMM may truncate under us. A touch then raises SIGBUS, which would end the
// process and with it every other guest's balloon. The handler puts zero pages in the place of the whole mapping.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum { most_ranges = 1 << 16 };

struct range {
    atomic_uintptr_t start;
    atomic_size_t length;
    atomic_int broken;
};

static struct range ranges[most_ranges];
static atomic_int used_ranges;
// Slots below `used_ranges` that are free again. A thousand guests have many thousand mappings: no search for one.
static int free_slots[most_ranges];
static int free_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t installed = PTHREAD_ONCE_INIT;
static struct sigaction previous;

static struct range *find(uintptr_t address) {
    int n = atomic_load(&used_ranges);
    for (int i = 0; i < n; i++) {
        uintptr_t start = atomic_load(&ranges[i].start);
        if (start != 0 && address >= start && address - start < atomic_load(&ranges[i].length)) return &ranges[i];
    }
    return NULL;
}

static void on_bus_error(int signal, siginfo_t *info, void *context) {
    (void)context;
    int saved = errno;
    struct range *range = find((uintptr_t)info->si_addr);
    if (range) {
        void *start = (void *)atomic_load(&range->start);
        void *zeros = mmap(start, atomic_load(&range->length), PROT_READ | PROT_WRITE,
                           MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (zeros != MAP_FAILED) {
            atomic_store(&range->broken, 1);
            errno = saved;
            return;
        }
    }
    // Not ours: let it do what it would have done.
    sigaction(signal, &previous, NULL);
}

static void install(void) {
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &previous);
}

// -1 where all are taken. With the lock held.
static int take_slot(void) {
    if (free_count > 0) return free_slots[--free_count];
    int n = atomic_load(&used_ranges);
    return n < most_ranges ? n : -1;
}

void *clinux_map_guarded(int descriptor, int64_t offset, size_t length, int *slot) {
    pthread_once(&installed, install);
    void *address = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, offset);
    if (address == MAP_FAILED) return NULL;
    pthread_mutex_lock(&lock);
    int taken = take_slot();
    if (taken >= 0) {
        atomic_store(&ranges[taken].length, length);
        atomic_store(&ranges[taken].broken, 0);
        atomic_store(&ranges[taken].start, (uintptr_t)address);
        if (taken == atomic_load(&used_ranges)) atomic_store(&used_ranges, taken + 1);
    }
    pthread_mutex_unlock(&lock);
    if (taken < 0) {
        munmap(address, length);
        errno = ENOSPC;
        return NULL;
    }
    *slot = taken;
    return address;
}

void clinux_unmap_guarded(int slot, void *address, size_t length) {
    // First out of the table: the kernel may give the address to another mapping as soon as it is free.
    pthread_mutex_lock(&lock);
    atomic_store(&ranges[slot].start, 0);
    free_slots[free_count++] = slot;
    pthread_mutex_unlock(&lock);
    munmap(address, length);
}

int clinux_is_broken(int slot) { return atomic_load(&ranges[slot].broken); }
