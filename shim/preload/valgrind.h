/*
 * valgrind.h - are we run by valgrind? It complains about some correct calls,
 * and stops at some that it does not know.
 */
#ifndef NI_PRELOAD_VALGRIND_H
#define NI_PRELOAD_VALGRIND_H

#include <stdbool.h>
#include <stdint.h>

/* valgrind recognises this sequence, which otherwise does nothing, and answers
 * the request with 1. */
static inline bool ni_is_in_valgrind(void)
{
#if defined(__x86_64__)
	uint64_t request[6] = { 0x1001 };
	uint64_t answer = 0;

	__asm__ volatile("rolq $3, %%rdi\n\trolq $13, %%rdi\n\t"
			 "rolq $61, %%rdi\n\trolq $51, %%rdi\n\t"
			 "xchgq %%rbx, %%rbx"
			 : "+d"(answer)
			 : "a"(request)
			 : "cc", "memory", "rdi");
	return answer != 0;
#else
	return false;
#endif
}

#endif
