#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hog.h"

uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int writePattern(uint64_t mib, const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file) {
        perror(path);
        return 1;
    }
    static uint64_t words[131072]; // 1 MiB
    for (uint64_t m = 0; m < mib; m++) {
        for (uint64_t w = 0; w < 131072; w++) words[w] = diskWord(m * 131072 + w);
        if (fwrite(words, sizeof words, 1, file) != 1) {
            perror(path);
            fclose(file);
            return 1;
        }
    }
    if (fclose(file) != 0) {
        perror(path);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "serve") == 0) return serve(argv[2]);
    if (argc == 4 && strcmp(argv[1], "pattern") == 0) return writePattern(strtoull(argv[2], NULL, 10), argv[3]);
    fprintf(stderr, "usage: hog serve TERMINAL | hog pattern MIB FILE\n");
    return 2;
}
