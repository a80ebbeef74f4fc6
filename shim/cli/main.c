/*
 * main.c - the command `noinherit`: finds the verb and hands over to it.
 */
#include <noinherit.h>
#include <stdbool.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/message.h"
#include "cli/program.h"
#include "cli/verbs.h"

static int print_help(void)
{
	fputs("Usage: noinherit VERB [OPTION]... [ARGUMENT]...\n"
	      "Run programs whose sockets do not leak into the programs that they start.\n"
	      "\n", stdout);
	for (const struct ni_verb *verb = ni_verbs; verb->name; verb++)
		printf("  %-7s %-23s %s\n", verb->name, verb->arguments,
		       verb->summary);
	fputs("\n"
	      "  -h, --help                print this help\n"
	      "  -V, --version             print the version\n"
	      "\n"
	      "'noinherit VERB --help' lists the options of a verb.\n"
	      "\n"
	      "Exit status: that of the command; 125 if noinherit itself fails,\n"
	      "126 if the command cannot be run, 127 if it is not found.\n", stdout);
	return ni_flush_output(0);
}

static int print_version(void)
{
	puts("noinherit " NOINHERIT_VERSION);
	return ni_flush_output(0);
}

static int unknown(const char *what, const char *word)
{
	const char *near = ni_nearest_verb(word);

	if (near)
		return ni_error(NI_EXIT_TROUBLE,
				"unknown %s '%s'; did you mean 'noinherit %s'?",
				what, word, near);
	return ni_error(NI_EXIT_TROUBLE,
			"unknown %s '%s'; 'noinherit --help' lists them",
			what, word);
}

/* `noinherit nginx`: without a verb, running is what is meant. */
static int unknown_verb(const char *word)
{
	char path[PATH_MAX];

	if (ni_find_program(word, getenv("PATH"), path) < 0)
		return unknown("verb", word);
	return ni_error(NI_EXIT_TROUBLE,
			"unknown verb '%s'; did you mean 'noinherit run %s'?",
			word, word);
}

static bool is_either(const char *word, const char *a, const char *b)
{
	return !strcmp(word, a) || !strcmp(word, b);
}

/* `noinherit help VERB`: the verb prints its own help. */
static int help_about(char *name)
{
	const struct ni_verb *verb = ni_find_verb(name);
	char help[] = "--help";
	char *argv[] = { name, help, NULL };

	return verb ? verb->run(2, argv) : unknown("verb", name);
}

int main(int argc, char **argv)
{
	const struct ni_verb *verb;

	if (argc < 2)
		return ni_error(NI_EXIT_TROUBLE,
				"no verb given; 'noinherit --help' lists them");
	if (is_either(argv[1], "--help", "-h"))
		return print_help();
	if (is_either(argv[1], "--version", "-V"))
		return print_version();
	if (argv[1][0] == '-')
		return unknown("option", argv[1]);
	if (!strcmp(argv[1], "help"))
		return argc > 2 ? help_about(argv[2]) : print_help();
	verb = ni_find_verb(argv[1]);
	if (!verb)
		return unknown_verb(argv[1]);
	return verb->run(argc - 1, argv + 1);
}
