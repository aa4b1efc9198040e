// From the first instruction of the virt machine (machine mode) to Swift's main.
#if defined(__riscv)

    .section .text.boot, "ax"
    .globl _start
_start:
    csrw mie, zero
    csrci mstatus, 8
    bnez a0, 3f                 // one hart is enough
    la sp, boot_stack_top
    la t0, boot_bss_start
    la t1, boot_bss_end
1:  sd zero, (t0)
    addi t0, t0, 8
    bltu t0, t1, 1b
    la t0, boot_information
    sd a1, (t0)
    li t0, 0x6000               // the FPU is on
    csrs mstatus, t0
    la t0, trap
    csrw mtvec, t0
    li t0, 0x880                // timer and external interrupts end a wait; none is ever taken
    csrw mie, t0
    li a0, 0
    li a1, 0
    call boot_main
3:  wfi
    j 3b

    .align 4
trap:
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    la sp, boot_stack_top
    call boot_exception
    j 3b

    .text
    .globl boot_idle
boot_idle:
    wfi
    ret

    .bss
    .align 4
boot_stack:
    .skip 256 * 1024
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
#endif
