/*
 * frame_rule.h - what .eh_frame says about one address: how to get from a
 * frame there to its caller.
 *
 * x86-64. Only what compilers and libc use at call sites is understood;
 * anything else is "broken" and ends the stack; nothing is guessed. Reads only
 * memory of loaded modules; no state.
 *
 * NI_FRAME_RECORD_RULE is for code without tables, which runtimes generate: if
 * it keeps a frame pointer, that points to the caller's, and the return address
 * comes next, on x86-64 and on AArch64. This is a guess, so whatever it leads
 * to is checked before it is read. So is NI_FRAME_STUB_RULE, for code that only
 * calls on and whose frame is no more than the 8 bytes that align the stack.
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
	bool is_missing;	/* the tables do not cover the address */
	bool is_record;		/* not from a table, see NI_FRAME_RECORD_RULE */
};

#define NI_FRAME_RECORD_RULE ((struct ni_frame_rule){ \
	.cfa = NI_PLACE_BP, .cfa_offset = 16, \
	.bp = NI_PLACE_AT_CFA, .bp_offset = -16, \
	.pc = NI_PLACE_AT_CFA, .pc_offset = -8, \
	.is_record = true })

#define NI_FRAME_STUB_RULE ((struct ni_frame_rule){ \
	.cfa = NI_PLACE_SP, .cfa_offset = 16, \
	.bp = NI_PLACE_SAME, \
	.pc = NI_PLACE_AT_CFA, .pc_offset = -8, \
	.is_record = true })

/**
 * ni_frame_rule_read - find the rule for an address
 * @table: the module's .eh_frame_hdr
 * @start, @end: the module's mapping; nothing outside is read
 * @pc: the address; for a return address, one less
 *
 * Return: the rule; cfa is NI_PLACE_BROKEN if there is none, and is_missing is
 * set if the module's tables, which are sound, leave the address out.
 */
struct ni_frame_rule ni_frame_rule_read(const void *table, uintptr_t start,
					uintptr_t end, uintptr_t pc);

#endif
