// Tells of an exception that nobody expected, and ends the machine.
#include "CBoot.h"

#if defined(__x86_64__)

void boot_exception(const uint64_t *frame, uint64_t address);

static void put(char byte) {
    while (!(boot_in8(0x3fd) & 0x20)) {}
    boot_out8(0x3f8, (uint8_t)byte);
}

static void text(const char *string) {
    while (*string) put(*string++);
}

static void number(uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
}

// The frame: vector, error code, instruction pointer.
void boot_exception(const uint64_t *frame, uint64_t address) {
    text("\n# trap ");
    number(frame[0]);
    text(" error ");
    number(frame[1]);
    text(" at ");
    number(frame[2]);
    text(" address ");
    number(address);
    text("\n");
    boot_out8(0x501, 0x7f);
    for (;;) __asm__ volatile("cli; hlt");
}

#endif
