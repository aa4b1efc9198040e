// From the PVH entry (32 bits, no paging) to Swift's main in long mode; interrupt gates.
#if defined(__x86_64__)

    .section .note.pvh, "a", @note
    .align 4
    .long 4, 8, 18              // "Xen", an address of 8 bytes, XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad _start

    .section .text.boot, "ax"
    .code32
    .globl _start
_start:
    cli
    cld
    movl $boot_stack_top, %esp
    movl %ebx, %esi             // the start information
    movl $boot_bss_start, %edi
    movl $boot_bss_end, %ecx
    subl %edi, %ecx
    xorl %eax, %eax
    rep stosb
    // 4 GiB, mapped to themselves in pages of 2 MiB.
    movl $tables + 0x1000 + 3, tables
    movl $tables + 0x2000 + 3, %eax
    movl $tables + 0x1000, %edi
    movl $4, %ecx
1:  movl %eax, (%edi)
    addl $0x1000, %eax
    addl $8, %edi
    loop 1b
    movl $0x83, %eax
    movl $tables + 0x2000, %edi
    movl $2048, %ecx
2:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 2b
    movl $tables, %eax
    movl %eax, %cr3
    movl %cr4, %eax
    orl $0x620, %eax            // PAE, OSFXSR, OSXMMEXCPT
    movl %eax, %cr4
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x100, %eax            // long mode
    wrmsr
    movl %cr0, %eax
    andl $~0x4, %eax            // no emulation of the FPU
    orl $0x80000003, %eax       // paging, monitor, protection
    movl %eax, %cr0
    lgdt gdt_pointer
    ljmp $8, $long_mode

    .code64
long_mode:
    movw $16, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl %esi, %esi
    movq %rsi, boot_information(%rip)
    // Gates: one for each of 64 vectors.
    leaq stubs(%rip), %rax
    leaq idt(%rip), %rdi
    movl $64, %ecx
3:  movw %ax, (%rdi)
    movw $8, 2(%rdi)
    movw $0x8e00, 4(%rdi)
    movq %rax, %rdx
    shrq $16, %rdx
    movw %dx, 6(%rdi)
    movl $0, 8(%rdi)
    movl $0, 12(%rdi)
    addq $16, %rax
    addq $16, %rdi
    loop 3b
    lidt idt_pointer(%rip)
    xorl %edi, %edi
    xorl %esi, %esi
    xorl %ebp, %ebp
    call boot_main
4:  hlt
    jmp 4b

    .text
    .globl boot_idle
boot_idle:
    sti
    hlt
    cli
    ret

    .align 16
stubs:
    .set vector, 0
    .rept 64
    .align 16
    .if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21
    .else
    pushq $0
    .endif
    pushq $vector
    .if vector < 32
    jmp exception
    .elseif vector == 0x23
    jmp configuration
    .else
    jmp interrupt
    .endif
    .set vector, vector + 1
    .endr

exception:
    movq %rsp, %rdi
    movq %cr2, %rsi
    andq $-16, %rsp
    call boot_exception

// Interrupts are only counted: the main loop looks at the devices, and acknowledges then.
configuration:
    lock incl boot_configuration_interrupts(%rip)
interrupt:
    lock incl boot_interrupts(%rip)
    addq $16, %rsp
    iretq

    .section .rodata
    .align 8
gdt:
    .quad 0
    .quad 0x00af9a000000ffff
    .quad 0x00cf92000000ffff
gdt_pointer:
    .word 23
    .long gdt
    .align 8
idt_pointer:
    .word 64 * 16 - 1
    .quad idt

    .bss
    .align 4096
tables:
    .skip 6 * 4096
idt:
    .skip 64 * 16
    .align 16
boot_stack:
    .skip 256 * 1024
boot_stack_top:

    .section .note.GNU-stack, "", @progbits
#endif
