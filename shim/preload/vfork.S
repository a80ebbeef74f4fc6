/*
 * vfork.S - vfork, which records in the child that it is a vfork child.
 *
 * The child runs in the parent's memory and may close, dup and flag descriptors
 * of its own: it is detached (marks.h). vfork cannot be wrapped in C: the child
 * would return through a frame that the parent still needs. The thread-local
 * variables are shared with the parent, too; the parent runs last and restores
 * them.
 *
 * If another library defines vfork (sanitizers turn it into fork), this jumps
 * to that definition.
 */
#include <sys/syscall.h>

#define CLONE_VFORK_VM_SIGCHLD 0x4111

	.text
	.globl	vfork
	.type	vfork, %function
	.globl	__vfork
	.set	__vfork, vfork
	.type	__vfork, %function

#if defined(__x86_64__)

vfork:
	.cfi_startproc
	endbr64
	cmpb	$0, ni_vfork_is_foreign(%rip)
	jne	1f
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	ni_marks_copy_begins
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	movl	%eax, %r8d		/* what the child is */
	movq	ni_marks_detached@gottpoff(%rip), %rdx
	movl	%fs:(%rdx), %esi	/* a vfork child may vfork again */
	popq	%rdi			/* the child overwrites the stack */
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdi
	movl	$SYS_vfork, %eax
	syscall
	testl	%eax, %eax
	jnz	2f
	movl	%r8d, %fs:(%rdx)
	movq	ni_marks_limit@gottpoff(%rip), %rdx
	movl	$0, %fs:(%rdx)
	/* A shadow stack is shared, too, and the parent needs its entry to
	 * return: the child must leave it there. */
	xorl	%edx, %edx
	rdsspq	%rdx
	testq	%rdx, %rdx
	jnz	4f
	pushq	%rdi
	ret
4:	notrack jmp	*%rdi
2:	pushq	%rdi
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip, -8
	movl	%esi, %fs:(%rdx)
	pushq	%rax
	.cfi_adjust_cfa_offset 8
	call	ni_marks_copy_ends
	popq	%rax
	.cfi_adjust_cfa_offset -8
	testl	%eax, %eax
	js	3f
	ret
3:	movslq	%eax, %rdi
	jmp	ni_call_failed
1:	jmp	*ni_vfork_foreign(%rip)
	.cfi_endproc
	.size	vfork, . - vfork

#elif defined(__aarch64__)

vfork:
	.cfi_startproc
	hint	34			/* bti c */
	adrp	x9, ni_vfork_is_foreign
	ldrb	w9, [x9, :lo12:ni_vfork_is_foreign]
	cbnz	w9, 1f
	stp	x29, x30, [sp, -16]!
	.cfi_adjust_cfa_offset 16
	.cfi_rel_offset x29, 0
	.cfi_rel_offset x30, 8
	bl	ni_marks_copy_begins
	ldp	x29, x30, [sp], 16
	.cfi_adjust_cfa_offset -16
	.cfi_restore x29
	.cfi_restore x30
	mov	w13, w0			/* what the child is */
	mrs	x10, tpidr_el0
	adrp	x11, :gottprel:ni_marks_detached
	ldr	x11, [x11, :gottprel_lo12:ni_marks_detached]
	add	x11, x10, x11
	ldr	w12, [x11]		/* a vfork child may vfork again */
	mov	x0, CLONE_VFORK_VM_SIGCHLD
	mov	x1, 0
	mov	x8, SYS_clone
	svc	0
	cbnz	x0, 2f
	str	w13, [x11]
	adrp	x11, :gottprel:ni_marks_limit
	ldr	x11, [x11, :gottprel_lo12:ni_marks_limit]
	str	wzr, [x10, x11]
	ret
2:	str	w12, [x11]
	stp	x30, x0, [sp, -16]!
	.cfi_adjust_cfa_offset 16
	.cfi_rel_offset x30, 0
	bl	ni_marks_copy_ends
	ldp	x30, x0, [sp], 16
	.cfi_adjust_cfa_offset -16
	.cfi_restore x30
	tbnz	x0, 63, 3f
	ret
3:	b	ni_call_failed
1:	adrp	x9, ni_vfork_foreign
	ldr	x9, [x9, :lo12:ni_vfork_foreign]
	br	x9
	.cfi_endproc
	.size	vfork, . - vfork

#else
#error "vfork is written for x86-64 and AArch64"
#endif

#include "common/properties.h"
	.section .note.GNU-stack, "", %progbits
