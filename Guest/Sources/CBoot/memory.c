// The two functions that a compiler may call at any time.
#include "CBoot.h"

uint64_t boot_information;
volatile uint32_t boot_interrupts;
volatile uint32_t boot_configuration_interrupts;

void *memset(void *target, int value, size_t count);
void *memcpy(void *restrict target, const void *restrict source, size_t count);
void *memmove(void *target, const void *source, size_t count);

#if defined(__x86_64__)

void *memset(void *target, int value, size_t count) {
    void *start = target;
    __asm__ volatile("rep stosb" : "+D"(target), "+c"(count) : "a"(value) : "memory");
    return start;
}

void *memcpy(void *restrict target, const void *restrict source, size_t count) {
    void *start = target;
    __asm__ volatile("rep movsb" : "+D"(target), "+S"(source), "+c"(count)::"memory");
    return start;
}

#else

// `volatile` keeps the compiler from making a call to memset out of memset.
void *memset(void *target, int value, size_t count) {
    volatile unsigned char *bytes = target;
    while (count--) *bytes++ = (unsigned char)value;
    return target;
}

void *memcpy(void *restrict target, const void *restrict source, size_t count) {
    volatile unsigned char *to = target;
    const unsigned char *from = source;
    while (count--) *to++ = *from++;
    return target;
}

#endif

void *memmove(void *target, const void *source, size_t count) {
    volatile unsigned char *to = target;
    const unsigned char *from = source;
    if ((uintptr_t)to < (uintptr_t)from) {
        while (count--) *to++ = *from++;
    } else {
        while (count--) to[count] = from[count];
    }
    return target;
}
