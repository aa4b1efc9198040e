// Tells of an exception that nobody expected, and ends the machine: riscv64 and aarch64.
#include "CBoot.h"

#if defined(__riscv) || defined(__aarch64__)

void boot_exception(uint64_t cause, uint64_t at, uint64_t address);

static void put(char byte) {
#if defined(__riscv)
    *(volatile uint8_t *)0x10000000 = (uint8_t)byte;
#else
    *(volatile uint32_t *)0x09000000 = (uint32_t)byte;
#endif
}

static void text(const char *string) {
    while (*string) put(*string++);
}

static void number(uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
}

void boot_exception(uint64_t cause, uint64_t at, uint64_t address) {
    text("\n# trap ");
    number(cause);
    text(" at ");
    number(at);
    text(" address ");
    number(address);
    text("\n");
#if defined(__riscv)
    *(volatile uint32_t *)0x100000 = 0x7f << 16 | 0x3333;
#else
    boot_semihosting_exit(0x7f);
#endif
    for (;;) boot_pause();
}

#endif
