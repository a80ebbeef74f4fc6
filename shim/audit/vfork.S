/*
 * vfork.S - vfork, which returns twice to the same place on the same stack.
 *
 * The child overwrites the stack below the caller's frame. So nothing may be
 * kept there: the return address is in a thread-local variable while the next
 * definition (libc's, or another interposed one) returns here, once in the
 * child and once in the parent. The parent counts up before the call and down
 * after it, the child does neither: so it makes no difference whether the child
 * shares this memory, or vfork is a fork (valgrind, ThreadSanitizer,
 * qemu-user). Deeper than the variable has room for, or before the next
 * definition is known, it is done as in libc: a plain system call with the
 * return address in a register.
 */
#include <sys/syscall.h>

/* struct ni_vfork */
#define DEPTH_MAX 4
#define DEPTH 0
#define RETURNS 8
#define OVERLAY (RETURNS + 8 * DEPTH_MAX)

#define CLONE_VFORK_VM_SIGCHLD 0x4111

	.hidden ni_vfork
	.hidden ni_beyond_vfork
	.hidden ni_vfork_refused

	.text
	.globl vfork
	.type vfork, %function

#if defined(__x86_64__)

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

#elif defined(__aarch64__)

/* x11: this thread's state; x9: its depth. */
	.macro load_state
	mrs x10, tpidr_el0
	adrp x11, :gottprel:ni_vfork
	ldr x11, [x11, :gottprel_lo12:ni_vfork]
	add x11, x10, x11
	ldr x9, [x11, DEPTH]
	.endm

vfork:
	.cfi_startproc
	hint 34			/* bti c */
	load_state
	adrp x12, ni_beyond_vfork
	ldr x12, [x12, :lo12:ni_beyond_vfork]
	cbz x12, .Lplain
	cmp x9, DEPTH_MAX
	b.hs .Lplain
	cbnz x9, .Lnested
	str xzr, [x11, OVERLAY]
.Lnested:
	add x13, x11, x9, lsl 3
	str x30, [x13, RETURNS]
	.cfi_undefined x30
	add x9, x9, 1
	str x9, [x11, DEPTH]
	blr x12
	load_state
	sub x9, x9, 1
	cbz w0, .Lchild
	str x9, [x11, DEPTH]
.Lchild:
	add x13, x11, x9, lsl 3
	ldr x30, [x13, RETURNS]
	.cfi_restore x30
	ret

.Lplain:
	mov x0, CLONE_VFORK_VM_SIGCHLD
	mov x1, 0
	mov x8, SYS_clone
	svc 0
	tbnz x0, 63, .Lfailed
	ret
.Lfailed:
	neg w0, w0
	b ni_vfork_refused
	.cfi_endproc

#endif

	.size vfork, . - vfork
	.globl __vfork
	.set __vfork, vfork

#include "common/properties.h"
	.section .note.GNU-stack, "", %progbits
