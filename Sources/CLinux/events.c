#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const uint32_t clinux_epoll_in = EPOLLIN;
const uint32_t clinux_epoll_priority = EPOLLPRI;
const uint32_t clinux_epoll_hangup = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int clinux_epoll_remove(int epoll, int descriptor) { return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL); }

int clinux_epoll_wait(int epoll, struct clinux_event *events, int capacity, int64_t timeout_ns) {
    enum { most = 64 };
    struct epoll_event raw[most];
    if (capacity > most) capacity = most;
    // Whole milliseconds, rounded up: a wake-up a little late is cheaper than one too early, which has to be repeated.
    int timeout = -1;
    if (timeout_ns >= 0) {
        int64_t ms = timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);
        timeout = ms > 3600000 ? 3600000 : (int)ms;
    }
    int n = epoll_wait(epoll, raw, capacity, timeout);
    if (n < 0 && errno == EINTR) return 0;
    for (int i = 0; i < n; i++) {
        events[i].token = raw[i].data.u64;
        events[i].events = raw[i].events;
    }
    return n;
}

int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int clinux_adopt_eventfd(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) < 0) return -1;
    // An eventfd has no file type; neither have its relatives, which are told by name where /proc can be read.
    int is_eventfd = (status.st_mode & S_IFMT) == 0;
    char path[40], name[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(path, name, sizeof name - 1);
    if (length >= 0) {
        name[length] = 0;
        is_eventfd = strcmp(name, "anon_inode:[eventfd]") == 0;
    }
    if (!is_eventfd) {
        errno = EINVAL;
        return -1;
    }
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}
