/*
 * verbs.h - what `noinherit VERB` can be.
 *
 * A verb NAME is one function in NAME.c, declared here, and one row in verbs.c.
 * Its argv[0] is its own name; it handles --help itself, prints its result on
 * standard output and returns the exit status.
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

int ni_verb_run(int argc, char **argv);
int ni_verb_check(int argc, char **argv);
int ni_verb_audit(int argc, char **argv);
int ni_verb_report(int argc, char **argv);
int ni_verb_scan(int argc, char **argv);

/* NULL if there is no such verb. */
const struct ni_verb *ni_find_verb(const char *name);

/* The verb that was probably meant, or NULL. */
const char *ni_nearest_verb(const char *name);

#endif
