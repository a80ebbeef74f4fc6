/*
 * syscall.S - syscall(2), of which few numbers concern descriptors.
 *
 * For all others this jumps to the next definition with their arguments
 * unchanged: some return twice (vfork, clone), which a C function could not
 * pass on.
 */
#if defined(__x86_64__)

	.hidden ni_beyond_syscall
	.hidden ni_syscall_watched
	.hidden ni_syscall_numbers

	.text
	.globl syscall
	.type syscall, @function
syscall:
	.cfi_startproc
	cmpq $511, %rdi
	ja .Lothers
	leaq ni_syscall_numbers(%rip), %rax
	cmpb $0, (%rax, %rdi)
	jne ni_syscall_watched
.Lothers:
	movq ni_beyond_syscall(%rip), %rax
	testq %rax, %rax
	je ni_syscall_watched
	jmp *%rax
	.cfi_endproc
	.size syscall, . - syscall

#elif defined(__aarch64__)

	.hidden ni_beyond_syscall
	.hidden ni_syscall_watched
	.hidden ni_syscall_numbers

	.text
	.globl syscall
	.type syscall, %function
syscall:
	.cfi_startproc
	hint 34			/* bti c */
	cmp x0, 511
	b.hi 1f
	adrp x16, ni_syscall_numbers
	add x16, x16, :lo12:ni_syscall_numbers
	ldrb w16, [x16, x0]
	cbnz w16, 2f
1:	adrp x16, ni_beyond_syscall
	ldr x16, [x16, :lo12:ni_beyond_syscall]
	cbz x16, 2f
	br x16
2:	b ni_syscall_watched
	.cfi_endproc
	.size syscall, . - syscall

#endif

#include "common/properties.h"
	.section .note.GNU-stack, "", %progbits
