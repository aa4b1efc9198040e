#define _GNU_SOURCE
// Modules and memory figures.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hog.h"

int loadModule(int out, const char *name) {
    char path[128];
    snprintf(path, sizeof path, "/modules/%s.ko", name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || syscall(SYS_finit_module, file, "", 0) != 0) {
        dprintf(out, "err cannot load %s: %s\n", name, strerror(errno));
        return 1;
    }
    dprintf(out, "ok\n");
    return 0;
}

int unloadModule(int out, const char *name) {
    if (syscall(SYS_delete_module, name, O_NONBLOCK) != 0) {
        dprintf(out, "err cannot unload %s: %s\n", name, strerror(errno));
        return 1;
    }
    dprintf(out, "ok\n");
    return 0;
}

static unsigned append(char *line, unsigned used, unsigned size, const char *path, int allKeys) {
    static const char *const wanted[] = {"oom_kill", "pgmajfault", "balloon_inflate", "balloon_deflate",
                                         "balloon_migrate", "pgscan_direct", "allocstall_movable"};
    char key[64];
    unsigned long long value;
    char rest[64];
    FILE *file = fopen(path, "r");
    if (!file) return used;
    while (fscanf(file, "%63s %llu%63[^\n]", key, &value, rest) >= 2) {
        int take = allKeys;
        for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) take |= strcmp(key, wanted[i]) == 0;
        key[strcspn(key, ":")] = 0;
        if (take && used < size) used += (unsigned)snprintf(line + used, size - used, " %s=%llu", key, value);
        fscanf(file, "%*[\n]");
        rest[0] = 0;
    }
    fclose(file);
    return used;
}

/// The figures of /proc/meminfo as they stand there (KiB) and some counters of /proc/vmstat.
void memoryInfo(char *line, unsigned size) {
    unsigned used = (unsigned)snprintf(line, size, "ok");
    used = append(line, used, size, "/proc/meminfo", 1);
    append(line, used, size, "/proc/vmstat", 0);
}

uint64_t vmstat(const char *name) {
    static char text[16384];
    unsigned used = 0;
    int file = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    for (ssize_t count; used < sizeof text - 1; used += (unsigned)count)
        if ((count = read(file, text + used, sizeof text - 1 - used)) <= 0) break;
    close(file);
    text[used] = 0;
    size_t length = strlen(name);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) == 0 && line[length] == ' ') return strtoull(line + length, NULL, 10);
    }
    return 0;
}
