/*
 * vfork.S - vfork, with a note in the child that it is one.
 *
 * The child runs in the parent's memory and may close, dup and flag
 * descriptors of its own: it must not write into the parent's marks. vfork
 * cannot be wrapped in C: the child would return through a frame that the
 * parent still needs. The thread-local bytes are the parent's, too: the parent
 * wakes up last and puts them back.
 *
 * If another library defines vfork (sanitizers turn it into fork), that one is
 * jumped to.
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
	popq	%rdi			/* the child overwrites the stack */
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdi
	movq	ni_in_vfork_child@gottpoff(%rip), %rdx
	movzbl	%fs:(%rdx), %esi	/* a vfork child may vfork again */
	movl	$SYS_vfork, %eax
	syscall
	pushq	%rdi
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip, -8
	testl	%eax, %eax
	jnz	2f
	movb	$1, %fs:(%rdx)
	movq	ni_marks_limit@gottpoff(%rip), %rdx
	movl	$0, %fs:(%rdx)
	ret
2:	movb	%sil, %fs:(%rdx)
	js	3f
	ret
3:	movslq	%eax, %rdi
	jmp	ni_vfork_failed
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
	mrs	x10, tpidr_el0
	adrp	x11, :gottprel:ni_in_vfork_child
	ldr	x11, [x11, :gottprel_lo12:ni_in_vfork_child]
	add	x11, x10, x11
	ldrb	w12, [x11]
	mov	x0, CLONE_VFORK_VM_SIGCHLD
	mov	x1, 0
	mov	x8, SYS_clone
	svc	0
	cbnz	x0, 2f
	mov	w9, 1
	strb	w9, [x11]
	adrp	x11, :gottprel:ni_marks_limit
	ldr	x11, [x11, :gottprel_lo12:ni_marks_limit]
	str	wzr, [x10, x11]
	ret
2:	strb	w12, [x11]
	tbnz	x0, 63, 3f
	ret
3:	b	ni_vfork_failed
1:	adrp	x9, ni_vfork_foreign
	ldr	x9, [x9, :lo12:ni_vfork_foreign]
	br	x9
	.cfi_endproc
	.size	vfork, . - vfork

#else
#error "vfork is written for x86-64 and AArch64"
#endif

	.section .note.GNU-stack, "", %progbits
