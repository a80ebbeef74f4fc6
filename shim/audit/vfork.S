/*
 * vfork.S - vfork, which returns twice to the same place on the same stack.
 *
 * The child runs on, and over, the stack below the caller's frame. So nothing
 * may be kept there: the return address lies in a thread variable, while the
 * next definition (libc's, or another interposed one) returns here, once in the
 * child and once in the parent. The parent counts up before the call and down
 * after it, the child nothing: so it makes no difference whether the child
 * shares this memory, or vfork is a fork (valgrind, ThreadSanitizer,
 * qemu-user). Deeper than the variable has room for, and before the next
 * definition is known, it is libc's way: a plain system call with the return
 * address in a register.
 */
#if defined(__x86_64__)

#include <sys/syscall.h>

/* struct ni_vfork */
#define DEPTH_MAX 4
#define DEPTH 0
#define RETURNS 8
#define OVERLAY (RETURNS + 8 * DEPTH_MAX)

	.hidden ni_vfork
	.hidden ni_beyond_vfork
	.hidden ni_vfork_refused

	.text
	.globl vfork
	.type vfork, @function
vfork:
	.cfi_startproc
	movq ni_vfork@gottpoff(%rip), %r8
	movq %fs:DEPTH(%r8), %r9
	movq ni_beyond_vfork(%rip), %rax
	testq %rax, %rax
	je .Lplain
	cmpq $DEPTH_MAX, %r9
	jae .Lplain
	testq %r9, %r9
	jne .Lnested
	movq $0, %fs:OVERLAY(%r8)
.Lnested:
	popq %rdi
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdi
	movq %rdi, %fs:RETURNS(%r8, %r9, 8)
	.cfi_undefined %rip
	addq $1, %r9
	movq %r9, %fs:DEPTH(%r8)
	call *%rax
	movq ni_vfork@gottpoff(%rip), %r8
	movq %fs:DEPTH(%r8), %r9
	subq $1, %r9
	testl %eax, %eax
	je .Lchild
	movq %r9, %fs:DEPTH(%r8)
.Lchild:
	pushq %fs:RETURNS(%r8, %r9, 8)
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip, -8
	ret

.Lplain:
	popq %rdi
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdi
	movl $SYS_vfork, %eax
	syscall
	pushq %rdi
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip, -8
	testq %rax, %rax
	js .Lfailed
	ret
.Lfailed:
	movl %eax, %edi
	negl %edi
	jmp ni_vfork_refused
	.cfi_endproc
	.size vfork, . - vfork

	.globl __vfork
	.set __vfork, vfork

#endif

	.section .note.GNU-stack, "", @progbits
