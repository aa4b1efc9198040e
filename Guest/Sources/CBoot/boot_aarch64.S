// From the first instruction of the virt machine (EL1, caches and MMU off) to Swift's main.
#if defined(__aarch64__)

    .section .text.boot, "ax"
    .globl _start
_start:
    msr daifset, #15
    adrp x1, boot_stack_top
    add x1, x1, :lo12:boot_stack_top
    mov sp, x1
    adrp x1, boot_bss_start
    add x1, x1, :lo12:boot_bss_start
    adrp x2, boot_bss_end
    add x2, x2, :lo12:boot_bss_end
1:  stp xzr, xzr, [x1], #16
    cmp x1, x2
    b.lo 1b
    // 512 GiB, mapped to themselves in blocks of 1 GiB; the first is for devices.
    adrp x1, boot_table
    add x1, x1, :lo12:boot_table
    ldr x3, =0x60000000000401   // device, not executable
    str x3, [x1]
    ldr x3, =0x40000705         // normal, inner shareable
    mov x4, #511
    mov x6, #0x40000000
    add x5, x1, #8
2:  str x3, [x5], #8
    add x3, x3, x6
    subs x4, x4, #1
    b.ne 2b
    msr ttbr0_el1, x1
    ldr x3, =0xff00             // attribute 0: device; 1: write-back
    msr mair_el1, x3
    ldr x3, =0x280803519        // 39 bits, 4 KiB, write-back tables, 40 bits physical; no upper half
    msr tcr_el1, x3
    isb
    mrs x3, sctlr_el1
    mov x4, #0x1005             // MMU, data and instruction caches
    orr x3, x3, x4
    msr sctlr_el1, x3
    mov x3, #0x300000           // the FPU is on
    msr cpacr_el1, x3
    adr x3, vectors
    msr vbar_el1, x3
    isb
    // A kernel that is an ELF file finds the device tree where memory begins.
    adrp x1, boot_information
    add x1, x1, :lo12:boot_information
    mov x2, #0x40000000
    str x2, [x1]
    mov x0, #0
    mov x1, #0
    bl boot_main
3:  wfi
    b 3b

    .balign 2048
vectors:
    .rept 16
    .balign 128
    b exception
    .endr
exception:
    mrs x0, esr_el1
    mrs x1, elr_el1
    mrs x2, far_el1
    adrp x3, boot_stack_top
    add x3, x3, :lo12:boot_stack_top
    mov sp, x3
    bl boot_exception
    b 3b

    .text
    .globl boot_idle
boot_idle:
    dsb sy
    wfi                         // an interrupt ends it though all are masked
    ret

    .bss
    .balign 4096
boot_table:
    .skip 4096
boot_stack:
    .skip 256 * 1024
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
#endif
