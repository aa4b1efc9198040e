#define _GNU_SOURCE
// The agent: reads `ID VERB ARGUMENTS` lines from a serial line and answers each with `ID ok ...` or `ID err ...`;
// `ID event ...` lines may come before that. Work is done by children, so that the agent always answers. It is the
// first process, its memory is locked, and its children choose how dear they are to the out-of-memory killer.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "hog.h"

enum { maxJobs = 16, outputSize = 65536, maxSamples = 4096 };
static const uint64_t sampleInterval = 100000000;

struct job {
    char id[16];
    pid_t pid; // 0: the slot is free
    int fd;
    int captures, answered;
    unsigned used;
    char output[outputSize];
    struct shared *shared;
};

static struct job jobs[maxJobs];
static struct job *reader;
static struct { uint64_t time, reads, refaults; } samples[maxSamples];
static unsigned sampleCount;
static int terminal;
static char answer[262144];

static void sendAll(const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = write(terminal, bytes, count);
        if (sent < 0 && errno != EINTR) return;
        if (sent > 0) bytes += sent, count -= (size_t)sent;
    }
}

__attribute__((format(printf, 2, 3))) static void say(const char *id, const char *format, ...) {
    static char line[sizeof answer + 64];
    int length = snprintf(line, sizeof line, "%s ", id);
    va_list arguments;
    va_start(arguments, format);
    length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
    va_end(arguments);
    line[length++] = '\n';
    sendAll(line, (size_t)length);
}

static void setOOMScore(int score) {
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0) dprintf(file, "%d\n", score), close(file);
}

static uint64_t totalReads(void) {
    uint64_t total = 0;
    for (int i = 0; i < maxReaders; i++) total += reader->shared->reads[i];
    return total;
}

static void takeSample(void) {
    if (sampleCount < maxSamples) {
        samples[sampleCount].time = now();
        samples[sampleCount].reads = totalReads();
        samples[sampleCount++].refaults = vmstat("workingset_refault_file");
    }
}

/// Starts a child; returns 0 in the child, whose answers go to `*out`.
static struct job *startJob(const char *id, int *out, int score) {
    struct job *job = NULL;
    for (int i = 0; i < maxJobs && !job; i++)
        if (jobs[i].pid == 0) job = &jobs[i];
    int ends[2];
    if (!job || pipe2(ends, O_CLOEXEC) != 0) {
        say(id, "err too many jobs");
        return NULL;
    }
    snprintf(job->id, sizeof job->id, "%s", id);
    job->fd = ends[0];
    job->used = 0;
    job->captures = job->answered = 0;
    memset(job->shared, 0, sizeof *job->shared);
    job->pid = fork();
    if (job->pid < 0) {
        say(id, "err cannot fork: %s", strerror(errno));
        job->pid = 0;
        close(ends[0]), close(ends[1]);
        return NULL;
    }
    if (job->pid == 0) {
        close(terminal);
        setOOMScore(score);
        *out = ends[1];
        return job;
    }
    close(ends[1]);
    return job;
}

/// Sends the complete lines that a job has written.
static void forwardLines(struct job *job) {
    char *start = job->output, *end = job->output + job->used, *newline;
    while ((newline = memchr(start, '\n', (size_t)(end - start)))) {
        *newline = 0;
        if (strncmp(start, "event ", 6) != 0) job->answered = 1;
        say(job->id, "%s", start);
        start = newline + 1;
    }
    job->used = (unsigned)(end - start);
    memmove(job->output, start, job->used);
}

/// A job's output as one word: bytes that would break the line are written as %XX.
static const char *escaped(const struct job *job) {
    unsigned used = 0;
    for (unsigned i = 0; i < job->used && used + 4 < sizeof answer; i++) {
        unsigned char byte = (unsigned char)job->output[i];
        if (byte > ' ' && byte < 127 && byte != '%') answer[used++] = (char)byte;
        else used += (unsigned)snprintf(answer + used, 4, "%%%02X", byte);
    }
    answer[used] = 0;
    return answer;
}

static void finishJob(struct job *job) {
    int status = 0;
    close(job->fd);
    while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR) {}
    if (job->captures && WIFEXITED(status)) say(job->id, "ok exit=%d out=%s", WEXITSTATUS(status), escaped(job));
    else if (!job->answered && WIFSIGNALED(status))
        say(job->id, "ok result=killed signal=%d t=%llu touched=%llu", WTERMSIG(status), (unsigned long long)now(),
            (unsigned long long)job->shared->touchedPages * pageSize);
    else if (!job->answered) say(job->id, "err ended without an answer");
    if (job == reader) reader = NULL;
    job->pid = 0;
}

static void readJob(struct job *job) {
    ssize_t count = read(job->fd, job->output + job->used, outputSize - job->used - 1);
    if (count < 0 && errno == EINTR) return;
    if (count <= 0) {
        finishJob(job);
        return;
    }
    job->used += (unsigned)count;
    if (!job->captures) forwardLines(job);
    if (job->used >= outputSize - 1) job->used = outputSize - 2; // the rest of a long output is dropped
}

static void sayRates(const char *id) {
    unsigned used = (unsigned)snprintf(answer, sizeof answer, "ok bad=%llu samples=",
                                       reader ? (unsigned long long)reader->shared->badReads : 0);
    for (unsigned i = 0; i < sampleCount && used + 64 < sizeof answer; i++)
        used += (unsigned)snprintf(answer + used, 64, "%s%llu:%llu:%llu", i ? "," : "",
                                   (unsigned long long)samples[i].time, (unsigned long long)samples[i].reads,
                                   (unsigned long long)samples[i].refaults);
    say(id, "%s", answer);
}

/// Ends every job that holds memory or reads.
static void release(const char *id) {
    for (int i = 0; i < maxJobs; i++)
        if (jobs[i].pid > 0) kill(jobs[i].pid, SIGKILL);
    for (int i = 0; i < maxJobs; i++)
        if (jobs[i].pid > 0) finishJob(&jobs[i]);
    say(id, "ok");
}

static void obey(char *line) {
    char *rest = line, *id = strsep(&rest, " "), *verb = strsep(&rest, " ");
    if (!id || !verb || !*verb) return;
    uint64_t number = rest ? strtoull(rest, NULL, 10) : 0;
    const char *second = rest && strchr(rest, ' ') ? strchr(rest, ' ') + 1 : "";
    int out = -1;
    struct job *job = NULL;
#define JOB(name, score, call) \
    if (strcmp(verb, name) == 0) { \
        job = startJob(id, &out, score); \
        if (job && job->pid == 0) _exit(call); \
    } else
    JOB("eat", 500, eat(out, job->shared, number, strtod(second, NULL)))
    JOB("touch", 500, touch(out, job->shared, number))
    JOB("fragment", 0, fragment(out, job->shared, number))
    JOB("load", 0, loadModule(out, rest ? rest : ""))
    JOB("unload", 0, unloadModule(out, rest ? rest : ""))
    if (strcmp(verb, "read-start") == 0) {
        if (reader) {
            say(id, "err a reader runs already");
            return;
        }
        job = startJob(id, &out, -1000);
        if (job && job->pid == 0) _exit(readAtRandom(out, job->shared, number, (unsigned)strtoul(second, NULL, 10)));
        sampleCount = 0;
        reader = job;
    } else if (strcmp(verb, "sh") == 0) {
        job = startJob(id, &out, 0);
        if (job && job->pid == 0) {
            dup2(out, 1), dup2(out, 2);
            execl("/bin/busybox", "sh", "-c", rest ? rest : "", (char *)NULL);
            _exit(127);
        }
        if (job) job->captures = 1;
    } else if (strcmp(verb, "read-rates") == 0) sayRates(id);
    else if (strcmp(verb, "release") == 0) release(id);
    else if (strcmp(verb, "meminfo") == 0) memoryInfo(answer, sizeof answer), say(id, "%s", answer);
    else if (strcmp(verb, "ping") == 0) say(id, "ok t=%llu", (unsigned long long)now());
    else if (strcmp(verb, "reboot") == 0) say(id, "ok"), tcdrain(terminal), reboot(RB_AUTOBOOT);
    else if (strcmp(verb, "poweroff") == 0) say(id, "ok"), tcdrain(terminal), reboot(RB_POWER_OFF);
    else say(id, "err unknown verb");
}

static void readCommands(void) {
    static char input[4096];
    static unsigned used;
    ssize_t count = read(terminal, input + used, sizeof input - used - 1);
    if (count <= 0) return;
    used += (unsigned)count;
    char *start = input, *end = input + used, *newline;
    while ((newline = memchr(start, '\n', (size_t)(end - start)))) {
        *newline = 0;
        obey(start);
        start = newline + 1;
    }
    used = (unsigned)(end - start);
    memmove(input, start, used);
    if (used >= sizeof input - 1) used = 0;
}

static int openTerminal(const char *path) {
    struct termios settings;
    terminal = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0 || tcgetattr(terminal, &settings) != 0) return -1;
    cfmakeraw(&settings);
    cfsetspeed(&settings, B115200);
    return tcsetattr(terminal, TCSANOW, &settings);
}

int serve(const char *path) {
    struct utsname names;
    if (openTerminal(path) != 0) {
        perror(path);
        return 1;
    }
    for (int i = 0; i < maxJobs; i++) {
        jobs[i].shared = mmap(NULL, pageSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (jobs[i].shared == MAP_FAILED) return 1;
    }
    setOOMScore(-1000);
    mlockall(MCL_CURRENT | MCL_FUTURE);
    uname(&names);
    say("0", "ready kernel=%s t=%llu", names.release, (unsigned long long)now());
    uint64_t due = 0;
    for (;;) {
        struct pollfd fds[maxJobs + 1] = {{.fd = terminal, .events = POLLIN}};
        for (int i = 0; i < maxJobs; i++)
            fds[i + 1] = (struct pollfd){.fd = jobs[i].pid > 0 ? jobs[i].fd : -1, .events = POLLIN};
        uint64_t time = now();
        if (reader && time >= due) takeSample(), due = time + sampleInterval;
        int wait = reader ? (time >= due ? 10 : (int)((due - time) / 1000000) + 1) : -1;
        if (poll(fds, maxJobs + 1, wait) < 0) continue;
        for (int i = 0; i < maxJobs; i++)
            if (fds[i + 1].revents && jobs[i].pid > 0) readJob(&jobs[i]);
        if (fds[0].revents) readCommands();
    }
}
