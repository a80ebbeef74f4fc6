/*
 * copied_table.S - starts a thread that runs on the stack of the calling one,
 * which sleeps until the new thread has ended or called exec.
 *
 *	long ni_clone_and_sleep(long flags, void (*body)(void *), void *data)
 *
 * This cannot be written in C: the new thread must not return through a frame
 * that the sleeping one still needs. It only writes below that frame.
 */
#include <sys/syscall.h>

	.text
	.globl	ni_clone_and_sleep
	.hidden	ni_clone_and_sleep
	.type	ni_clone_and_sleep, %function

#if defined(__x86_64__)

ni_clone_and_sleep:
	.cfi_startproc
	endbr64
	movq	%rsi, %r9
	movq	%rdx, %r8		/* the call's fifth: ignored */
	xorl	%esi, %esi		/* this stack */
	xorl	%edx, %edx
	xorl	%r10d, %r10d
	movl	$SYS_clone, %eax
	syscall
	testq	%rax, %rax
	jz	1f
	ret
1:	subq	$8, %rsp
	movq	%r8, %rdi
	call	*%r9
	xorl	%edi, %edi
	movl	$SYS_exit, %eax
	syscall
	ud2
	.cfi_endproc

#elif defined(__aarch64__)

ni_clone_and_sleep:
	.cfi_startproc
	hint	34			/* bti c */
	mov	x9, x1
	mov	x10, x2
	mov	x1, 0			/* this stack */
	mov	x2, 0
	mov	x3, 0
	mov	x4, 0
	mov	x8, SYS_clone
	svc	0
	cbz	x0, 1f
	ret
1:	mov	x0, x10
	blr	x9
	mov	x0, 0
	mov	x8, SYS_exit
	svc	0
	brk	1
	.cfi_endproc

#else
#error "written for x86-64 and AArch64"
#endif

	.size	ni_clone_and_sleep, . - ni_clone_and_sleep
#include "common/properties.h"
	.section .note.GNU-stack, "", %progbits
