/*
 * way_on.S - where the pointers of a struct ni_next lead: a few bytes for each
 * row of calls.def.
 *
 * ni_first_NAME, before it is known better: a DIRECT call is the system call of
 * that name. A LATER one asks ni_next_later(row) and jumps on to the answer with
 * every argument and the stack as they were: the function may be variadic, a
 * cancellation point, or fork.
 *
 * ni_by_number: behind it, the way on for syscall(2), which is syscall() again,
 * with the number in front of the arguments. They are five at most.
 */
#include <sys/syscall.h>

#define FUNCTION(name)			\
	.globl	name;			\
	.hidden	name;			\
	.type	name, %function;	\
name:

#define OWN(name)			/* in C */

	.text

#if defined(__x86_64__)

#define DIRECT(name)			\
	FUNCTION(ni_first_##name)	\
	movl	$SYS_##name, %eax;	\
	jmp	make_call

#define LATER(name)			\
	FUNCTION(ni_first_##name)	\
	movl	$row, %r11d;		\
	jmp	find_call

#define BY_NUMBER(name)			\
ni_by_number_##name:			\
	movl	$SYS_##name, %eax;	\
	jmp	pass_number

#elif defined(__aarch64__)

#define DIRECT(name)			\
	FUNCTION(ni_first_##name)	\
	hint	34;			/* bti c */ \
	mov	w8, SYS_##name;		\
	b	make_call

#define LATER(name)			\
	FUNCTION(ni_first_##name)	\
	hint	34;			\
	mov	w16, row;		\
	b	find_call

#define BY_NUMBER(name)			\
ni_by_number_##name:			\
	hint	34;			\
	mov	w16, SYS_##name;	\
	b	pass_number

#else
#error "written for x86-64 and AArch64"
#endif

	.cfi_startproc
	.set	row, 0
#define CALL(name, result, parameters, way)	\
	way(name);				\
	.set	row, row + 1
#include "preload/calls.def"

FUNCTION(ni_by_number)
#define SYSTEM(name, ...) BY_NUMBER(name)
#define REQUEST SYSTEM
#include "preload/calls.def"

#if defined(__x86_64__)

make_call:
	movq	%rcx, %r10
	syscall
	cmpq	$-4095, %rax
	jae	1f
	ret
1:	movq	%rax, %rdi
	jmp	ni_call_failed

pass_number:
	movq	%r8, %r9
	movq	%rcx, %r8
	movq	%rdx, %rcx
	movq	%rsi, %rdx
	movq	%rdi, %rsi
	movl	%eax, %edi
	movq	ni_syscall_next(%rip), %r11
	xorl	%eax, %eax		/* a variadic call's */
	jmp	*(%r11)

find_call:
	pushq	%rdi
	.cfi_adjust_cfa_offset 8
	pushq	%rsi
	.cfi_adjust_cfa_offset 8
	pushq	%rdx
	.cfi_adjust_cfa_offset 8
	pushq	%rcx
	.cfi_adjust_cfa_offset 8
	pushq	%r8
	.cfi_adjust_cfa_offset 8
	pushq	%r9
	.cfi_adjust_cfa_offset 8
	pushq	%rax			/* a variadic call's */
	.cfi_adjust_cfa_offset 8
	movl	%r11d, %edi
	call	ni_next_later
	movq	%rax, %r11
	popq	%rax
	.cfi_adjust_cfa_offset -8
	popq	%r9
	.cfi_adjust_cfa_offset -8
	popq	%r8
	.cfi_adjust_cfa_offset -8
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	popq	%rdx
	.cfi_adjust_cfa_offset -8
	popq	%rsi
	.cfi_adjust_cfa_offset -8
	popq	%rdi
	.cfi_adjust_cfa_offset -8
	jmp	*%r11
	.cfi_endproc

#else

make_call:
	svc	0
	cmn	x0, 4095
	b.hs	1f
	ret
1:	b	ni_call_failed

pass_number:
	mov	x5, x4
	mov	x4, x3
	mov	x3, x2
	mov	x2, x1
	mov	x1, x0
	mov	w0, w16
	adrp	x16, ni_syscall_next
	ldr	x16, [x16, :lo12:ni_syscall_next]
	ldr	x16, [x16]
	br	x16

find_call:
	stp	x29, x30, [sp, -80]!
	.cfi_def_cfa_offset 80
	.cfi_offset x29, -80
	.cfi_offset x30, -72
	mov	x29, sp
	stp	x0, x1, [sp, 16]
	stp	x2, x3, [sp, 32]
	stp	x4, x5, [sp, 48]
	stp	x6, x7, [sp, 64]
	mov	w0, w16
	bl	ni_next_later
	mov	x16, x0
	ldp	x0, x1, [sp, 16]
	ldp	x2, x3, [sp, 32]
	ldp	x4, x5, [sp, 48]
	ldp	x6, x7, [sp, 64]
	ldp	x29, x30, [sp], 80
	.cfi_restore x29
	.cfi_restore x30
	.cfi_def_cfa_offset 0
	br	x16
	.cfi_endproc

#endif

/* A table of pointers would cost a relocation each in every process. */
	.section .rodata
	.globl	ni_by_number_offsets
	.hidden	ni_by_number_offsets
	.balign	2
ni_by_number_offsets:
#define CALL(...) .short 0
#define SYSTEM(name, ...) .short ni_by_number_##name - ni_by_number
#define REQUEST SYSTEM
#include "preload/calls.def"

#include "common/properties.h"
	.section .note.GNU-stack, "", %progbits
