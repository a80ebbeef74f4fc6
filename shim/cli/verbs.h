/*
 * verbs.h - the table of what `noinherit VERB` can be.
 */
#ifndef NI_CLI_VERBS_H
#define NI_CLI_VERBS_H

struct ni_verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *summary;
};

/* Ends with a row that has no name. */
extern const struct ni_verb ni_verbs[];

/* NULL if there is no such verb. */
const struct ni_verb *ni_find_verb(const char *name);

/* The verb that was probably meant, or NULL. */
const char *ni_nearest_verb(const char *name);

#endif
