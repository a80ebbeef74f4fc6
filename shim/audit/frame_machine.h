/*
 * frame_machine.h - how a walk goes from frame to frame on each machine.
 *
 * x86-64: by .eh_frame. AArch64: by frame records, which compilers make there
 * by default in every function that calls another (99 to 100 % of them in
 * Debian's libc, php, nginx, bash and redis).
 */
#ifndef NI_AUDIT_FRAME_MACHINE_H
#define NI_AUDIT_FRAME_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "audit/frame_rule.h"
#include "audit/modules.h"

#if defined(__aarch64__)

/* The frame pointer points to the caller's; the return address comes next. */
static inline struct ni_frame_rule
ni_frame_rule_of(const struct ni_mapped *module, uintptr_t pc)
{
	(void)module;
	(void)pc;
	return (struct ni_frame_rule){
		.cfa = NI_PLACE_BP, .cfa_offset = 16,
		.bp = NI_PLACE_AT_CFA, .bp_offset = -16,
		.pc = NI_PLACE_AT_CFA, .pc_offset = -8,
	};
}

/* bl or blr, also with authentication. */
static inline bool ni_is_call(const uint8_t before[8])
{
	uint32_t word;

	memcpy(&word, before + 4, sizeof(word));
	return word >> 26 == 0x25 || (word & 0xfefff800) == 0xd63f0000;
}

/* Python's trampolines (3.12) keep a frame record here. */
static inline bool ni_is_end_of_stub(const uint8_t after[8])
{
	(void)after;
	return false;
}

/* _start's, and the first one of a thread. */
static inline bool ni_is_outermost(uintptr_t bp)
{
	return bp == 0;
}

/* Without its authentication code; where the processor has none, xpaclri does
 * nothing. */
static inline uintptr_t ni_return_address(uintptr_t saved)
{
	register uintptr_t x30 __asm__("x30") = saved;

	__asm__("hint 7" : "+r"(x30));
	return x30;
}

#else

static inline struct ni_frame_rule
ni_frame_rule_of(const struct ni_mapped *module, uintptr_t pc)
{
	return ni_frame_rule_read(module->eh_frame_table, module->start,
				  module->end, pc);
}

/* Do these bytes end with a call: of an address, or by any operand? */
static inline bool ni_is_call(const uint8_t before[8])
{
	static const uint8_t sizes[] = { 2, 3, 4, 6, 7 };

	if (before[3] == 0xe8)
		return true;
	for (size_t i = 0; i < sizeof(sizes); i++) {
		const uint8_t *code = before + 8 - sizes[i];

		if (code[0] == 0xff && (code[1] & 0x38) == 0x10)
			return true;
	}
	return false;
}

/* add $8,%rsp; ret: the end of Python's trampolines (3.12), one of which stands
 * for each function of a script. */
static inline bool ni_is_end_of_stub(const uint8_t after[8])
{
	static const uint8_t end[] = { 0x48, 0x83, 0xc4, 0x08, 0xc3 };

	return !memcmp(after, end, sizeof(end));
}

/* .eh_frame says so instead. */
static inline bool ni_is_outermost(uintptr_t bp)
{
	(void)bp;
	return false;
}

static inline uintptr_t ni_return_address(uintptr_t saved)
{
	return saved;
}

#endif

#endif
