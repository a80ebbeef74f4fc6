/*
 * dlopen.S - dlopen: without RTLD_DEEPBIND this jumps to the next definition
 * with all registers and the stack unchanged, because that looks at its caller.
 */
#define DEEPBIND 8

	.text
	.globl	dlopen
	.type	dlopen, %function

#if defined(__x86_64__)

dlopen:
	.cfi_startproc
	endbr64
	movq	ni_dlopen_next(%rip), %rax
	testq	%rax, %rax
	jz	1f
	testl	$DEEPBIND, %esi
	jnz	1f
	jmp	*%rax
1:	movq	(%rsp), %rdx
	pushq	%rdi
	.cfi_adjust_cfa_offset 8
	pushq	%rsi
	.cfi_adjust_cfa_offset 8
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	ni_dlopen_choose
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	popq	%rsi
	.cfi_adjust_cfa_offset -8
	popq	%rdi
	.cfi_adjust_cfa_offset -8
	jmp	*%rax
	.cfi_endproc

#elif defined(__aarch64__)

dlopen:
	.cfi_startproc
	hint	34			/* bti c */
	adrp	x16, ni_dlopen_next
	ldr	x16, [x16, :lo12:ni_dlopen_next]
	cbz	x16, 1f
	tbnz	w1, 3, 1f		/* DEEPBIND */
	br	x16
1:	stp	x29, x30, [sp, -32]!
	.cfi_def_cfa_offset 32
	.cfi_offset x29, -32
	.cfi_offset x30, -24
	mov	x29, sp
	stp	x0, x1, [sp, 16]
	mov	x2, x30
	bl	ni_dlopen_choose
	mov	x16, x0
	ldp	x0, x1, [sp, 16]
	ldp	x29, x30, [sp], 32
	.cfi_restore x29
	.cfi_restore x30
	.cfi_def_cfa_offset 0
	br	x16
	.cfi_endproc

#else
#error "dlopen is written for x86-64 and AArch64"
#endif

	.size	dlopen, . - dlopen
#include "common/properties.h"
	.section .note.GNU-stack, "", %progbits
