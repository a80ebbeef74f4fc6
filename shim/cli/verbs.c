/*
 * verbs.c - the table of verbs, in the order in which --help lists them.
 */
#include "cli/verbs.h"

#include <stddef.h>
#include <string.h>

#include "cli/nearest.h"
#include "cli/verb.h"

#define MOST_VERBS 16

const struct ni_verb ni_verbs[] = {
	{ "run", ni_verb_run, "[OPTION]... COMMAND...",
	  "run a command whose sockets are non-inheritable" },
	{ "check", ni_verb_check, "COMMAND",
	  "say whether preloading reaches a command" },
	{ "audit", ni_verb_audit, "[OPTION]... COMMAND...",
	  "run a command and report the descriptors that leak" },
	{ "report", ni_verb_report, "[OPTION]... DIR",
	  "print the report of a recorded audit" },
	{ "scan", ni_verb_scan, "[PID|:PORT]...",
	  "find sockets of running processes that have leaked" },
	{ NULL, NULL, NULL, NULL }
};

_Static_assert(sizeof(ni_verbs) / sizeof(ni_verbs[0]) <= MOST_VERBS,
	       "ni_nearest_verb() has room for every row");

const struct ni_verb *ni_find_verb(const char *name)
{
	for (const struct ni_verb *verb = ni_verbs; verb->name; verb++)
		if (!strcmp(verb->name, name))
			return verb;
	return NULL;
}

const char *ni_nearest_verb(const char *name)
{
	const char *names[MOST_VERBS];
	size_t count = 0;

	for (const struct ni_verb *verb = ni_verbs; verb->name; verb++)
		names[count++] = verb->name;
	names[count] = NULL;
	return ni_nearest_word(name, strlen(name), names);
}
