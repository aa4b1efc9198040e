// Blocks of powers of two, each with a list of those that are free: what was taken is never joined again.
#include "CHeap.h"

#define HEADER 16
#define CLASSES 32

struct block {
    size_t class;
    struct block *next;
};

static struct block *vacant[CLASSES];
static uintptr_t next;
static uintptr_t end;

void heap_start(uintptr_t address, size_t bytes) {
    next = (address + HEADER - 1) & ~(uintptr_t)(HEADER - 1);
    end = address + bytes;
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    // Nothing here wants more than the header gives.
    if (alignment > HEADER || size > (size_t)1 << 30) return 22;
    size_t class = 4;
    while (((size_t)1 << class) < size) class++;
    struct block *block = vacant[class];
    if (block) {
        vacant[class] = block->next;
    } else {
        size_t bytes = HEADER + ((size_t)1 << class);
        if (next + bytes > end) return 12;
        block = (struct block *)next;
        next += bytes;
        block->class = class;
    }
    *result = (char *)block + HEADER;
    return 0;
}

void free(void *memory) {
    if (!memory) return;
    struct block *block = (struct block *)((char *)memory - HEADER);
    block->next = vacant[block->class];
    vacant[block->class] = block;
}
