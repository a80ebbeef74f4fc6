/*
 * frame_rule.h - what .eh_frame says about one address: how to get from a
 * frame there to its caller.
 *
 * x86-64. Only what call sites of compilers and libc use is understood; all
 * else is "broken", where a stack ends, and never a guess. Reads memory of
 * loaded modules only; no state.
 */
#ifndef NI_AUDIT_FRAME_RULE_H
#define NI_AUDIT_FRAME_RULE_H

#include <stdbool.h>
#include <stdint.h>

/* Where a value is found. CFA: the caller's stack pointer. */
enum ni_place {
	NI_PLACE_BROKEN,	/* cannot be known */
	NI_PLACE_SAME,		/* unchanged (the frame pointer) */
	NI_PLACE_END,		/* the return address of an outermost frame */
	NI_PLACE_SP,		/* CFA = sp + offset */
	NI_PLACE_BP,		/* CFA = bp + offset */
	NI_PLACE_AT_SP,		/* in memory at sp + offset */
	NI_PLACE_AT_BP,
	NI_PLACE_AT_CFA
};

struct ni_frame_rule {
	int32_t cfa_offset, bp_offset, pc_offset;
	uint8_t cfa, bp, pc;	/* enum ni_place */
	bool is_signal;		/* the frame that the kernel made for a signal */
};

/**
 * ni_frame_rule_read - find the rule for an address
 * @table: the module's .eh_frame_hdr
 * @start, @end: the module's mapping; nothing outside is read
 * @pc: the address; for a return address, one less
 *
 * Return: the rule; cfa is NI_PLACE_BROKEN if there is none.
 */
struct ni_frame_rule ni_frame_rule_read(const void *table, uintptr_t start,
					uintptr_t end, uintptr_t pc);

#endif
