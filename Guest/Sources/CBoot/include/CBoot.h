// What a machine has that Swift has no words for: its first instructions, its idle instruction, its counters.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// What the loader handed over: the PVH start information, or the device tree. Physical.
extern uint64_t boot_information;
/// The first byte behind the image and all that it has reserved.
extern char boot_image_end[];

/// How many interrupts were taken and not yet acknowledged, x86_64 only.
extern volatile uint32_t boot_interrupts;
/// Those of them that tell of a change of the configuration.
extern volatile uint32_t boot_configuration_interrupts;

/// Waits for an interrupt, with no gap between the last look and the wait. Interrupts are masked before and after.
void boot_idle(void);

static inline uint64_t boot_image_end_address(void) { return (uint64_t)(uintptr_t)boot_image_end; }

static inline uint64_t boot_information_address(void) { return boot_information; }

static inline uint32_t boot_take_interrupts(void) {
    return __atomic_exchange_n(&boot_interrupts, 0, __ATOMIC_SEQ_CST);
}

static inline uint32_t boot_take_configuration_interrupts(void) {
    return __atomic_exchange_n(&boot_configuration_interrupts, 0, __ATOMIC_SEQ_CST);
}

#if defined(__x86_64__)

static inline uint64_t boot_counter(void) { return __builtin_ia32_rdtsc(); }
static inline void boot_pause(void) { __asm__ volatile("pause" ::: "memory"); }

static inline void boot_out8(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port) : "memory");
}
static inline void boot_out16(uint16_t port, uint16_t value) {
    __asm__ volatile("outw %0, %1" ::"a"(value), "Nd"(port) : "memory");
}
static inline void boot_out32(uint16_t port, uint32_t value) {
    __asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port) : "memory");
}
static inline uint8_t boot_in8(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}
static inline uint32_t boot_in32(uint16_t port) {
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

#elif defined(__riscv)

static inline uint64_t boot_counter(void) {
    uint64_t value;
    __asm__ volatile("rdtime %0" : "=r"(value)::"memory");
    return value;
}
static inline void boot_pause(void) { __asm__ volatile("" ::: "memory"); }

#elif defined(__aarch64__)

static inline uint64_t boot_counter(void) {
    uint64_t value;
    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value)::"memory");
    return value;
}
static inline uint64_t boot_counter_frequency(void) {
    uint64_t value;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(value));
    return value;
}
static inline void boot_set_timer(uint64_t deadline) {
    __asm__ volatile("msr cntv_cval_el0, %0; msr cntv_ctl_el0, %1; isb" ::"r"(deadline), "r"((uint64_t)1));
}
static inline void boot_stop_timer(void) { __asm__ volatile("msr cntv_ctl_el0, %0; isb" ::"r"((uint64_t)0)); }
static inline void boot_pause(void) { __asm__ volatile("yield" ::: "memory"); }
/// Ends QEMU through its semihosting with this exit code.
static inline void boot_semihosting_exit(uint64_t code) {
    uint64_t block[2] = {0x20026, code};
    register uint64_t operation __asm__("x0") = 0x18;
    register uint64_t parameter __asm__("x1") = (uint64_t)(uintptr_t)block;
    __asm__ volatile("hlt #0xf000" ::"r"(operation), "r"(parameter) : "memory");
}

#endif
