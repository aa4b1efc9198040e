#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

const int clinux_seal_shrink = F_SEAL_SHRINK;

int clinux_memfd_create(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int clinux_memfd_sealed(const char *name, int64_t size) {
    int descriptor = clinux_memfd_create(name);
    if (descriptor < 0) return -1;
    if (ftruncate(descriptor, size) < 0 || fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0) {
        int error = errno;
        close(descriptor);
        errno = error;
        return -1;
    }
    return descriptor;
}

int clinux_seals(int descriptor) { return fcntl(descriptor, F_GET_SEALS); }

int clinux_punch_hole(int descriptor, int64_t offset, int64_t length) {
    int result;
    do {
        result = fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
    } while (result < 0 && errno == EINTR);
    return result;
}

int clinux_probe_punch(int descriptor, int64_t size, int64_t page_size) {
    int64_t end = (size + page_size - 1) / page_size * page_size;
    if (clinux_punch_hole(descriptor, end, page_size) == 0) return 0;
    switch (errno) {
    case EOPNOTSUPP:
    case ENOSYS:
    case ENODEV:
    case ESPIPE:
    case EPERM:
    case EROFS:
        return -1;
    default:
        // It refuses this range, which says nothing of others.
        return 0;
    }
}

int clinux_populate(int descriptor, int64_t offset, int64_t length) {
    int result;
    do {
        result = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, offset, length);
    } while (result < 0 && errno == EINTR);
    return result;
}

/// The size of the transparent huge pages that shared memory gets where it is advised to: `st_blksize` does not tell of
/// those. 0 where there are none.
static int64_t advised_block(void) {
    char text[128] = "", size[32] = "";
    int policy = open("/sys/kernel/mm/transparent_hugepage/shmem_enabled", O_RDONLY | O_CLOEXEC);
    if (policy < 0) return 0;
    ssize_t n = read(policy, text, sizeof text - 1);
    close(policy);
    if (n < 0 || !strstr(text, "[advise]")) return 0;
    int page = open("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", O_RDONLY | O_CLOEXEC);
    if (page < 0) return 0;
    n = read(page, size, sizeof size - 1);
    close(page);
    return n > 0 ? strtoll(size, NULL, 10) : 0;
}

int clinux_file_facts(int descriptor, int asks_policy, struct clinux_file_facts *facts) {
    struct stat status;
    struct statfs system;
    if (fstat(descriptor, &status) < 0 || fstatfs(descriptor, &system) < 0) return -1;
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    facts->device = status.st_dev;
    facts->inode = status.st_ino;
    facts->size = status.st_size;
    facts->allocated = (int64_t)status.st_blocks * 512;
    facts->is_hugetlbfs = system.f_type == HUGETLBFS_MAGIC;
    facts->page_size = facts->is_hugetlbfs ? (int64_t)system.f_bsize : sysconf(_SC_PAGESIZE);
    // Shared memory tells the size of its transparent huge pages as its preferred block; other file systems mean their
    // transfers by it.
    facts->block_size = facts->page_size;
    if (system.f_type == TMPFS_MAGIC) {
        if (status.st_blksize > facts->block_size) facts->block_size = status.st_blksize;
        int64_t advised = asks_policy ? advised_block() : 0;
        if (advised > facts->block_size) facts->block_size = advised;
    }
    facts->is_writable = (flags & O_ACCMODE) == O_RDWR;
    return 0;
}
