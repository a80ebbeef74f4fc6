/*
 * syscall.S - syscall(2): for a number that is not one of ours, this jumps to
 * the next definition with all registers and the stack unchanged.
 */
#define OWN_NUMBERS 448		/* 64 * NI_OWN_NUMBERS_WORDS */

	.text
	.globl	syscall
	.type	syscall, %function

#if defined(__x86_64__)

syscall:
	.cfi_startproc
	endbr64
	cmpq	$OWN_NUMBERS, %rdi
	jae	1f
	leaq	ni_own_numbers(%rip), %r11
	btq	%rdi, (%r11)
	jc	ni_syscall_own
1:	movq	ni_syscall_next(%rip), %r11
	jmp	*(%r11)
	.cfi_endproc

#elif defined(__aarch64__)

syscall:
	.cfi_startproc
	hint	34			/* bti c */
	cmp	x0, OWN_NUMBERS
	b.hs	1f
	adrp	x16, ni_own_numbers
	add	x16, x16, :lo12:ni_own_numbers
	lsr	x17, x0, 6
	ldr	x16, [x16, x17, lsl 3]
	lsr	x16, x16, x0
	tbz	x16, 0, 1f
	b	ni_syscall_own
1:	adrp	x16, ni_syscall_next
	ldr	x16, [x16, :lo12:ni_syscall_next]
	ldr	x16, [x16]
	br	x16
	.cfi_endproc

#else
#error "syscall is written for x86-64 and AArch64"
#endif

	.size	syscall, . - syscall
#include "common/properties.h"
	.section .note.GNU-stack, "", %progbits
