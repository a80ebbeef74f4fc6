/*
 * kinds.h - the kinds of findings: their names, weight and meaning.
 */
#ifndef NI_CLI_KINDS_H
#define NI_CLI_KINDS_H

#include <stdbool.h>
#include <stddef.h>

/* Worst first: reports are in this order. */
enum ni_kind {
	NI_KIND_LEAK,
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

struct ni_kind_facts {
	const char *name;
	int cwe;
	bool is_default;		/* shown and counted unless --kinds says else */
	const char *level;	/* SARIF's: error, warning, note */
	const char *title;	/* what happened, in a few words */
	const char *meaning;	/* a sentence for who sees it the first time */
	const char *plural;
};

extern const struct ni_kind_facts ni_kinds[NI_KINDS];

/* The kinds that are shown when nothing was chosen. */
unsigned ni_kinds_default(void);

/*
 * Reads "leak,race", "all", "default", "all,-passed"; a list that begins with a
 * taken away kind begins from the default. On failure -EINVAL, and *bad is the
 * word that is none, *length its length.
 */
int ni_kinds_parse(const char *text, unsigned *kinds, const char **bad,
		   size_t *length);

/* The kind of that name, or -1. */
int ni_kind_number(const char *name, size_t length);

#endif
