/*
 * kind.h - the kinds of findings by number; what is known of each: kinds.h.
 */
#ifndef NI_CLI_KIND_H
#define NI_CLI_KIND_H

/* Worst first: reports are in this order. */
enum ni_kind {
	NI_KIND_LEAK,
	NI_KIND_EXHAUSTED,
	NI_KIND_DOUBLE_CLOSE,
	NI_KIND_RACE,
	NI_KIND_WRONG_FLAG,
	NI_KIND_UNCLOSED,
	NI_KIND_INHERITABLE,
	NI_KIND_ARRIVED,
	NI_KIND_PASSED,
	NI_KINDS
};

/* One bit each. */
#define NI_KIND_BIT(kind) (1u << (kind))
#define NI_KINDS_ALL ((1u << NI_KINDS) - 1)

#endif
