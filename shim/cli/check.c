/*
 * check.c - `noinherit check`: says whether preloading reaches a command.
 */
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/launch.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/printable.h"
#include "cli/reach/reach.h"
#include "cli/verb.h"
#include "common/base_name.h"

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static int print_help(void)
{
	fputs("Usage: noinherit check [--] COMMAND [ARGUMENT]...\n"
	      "Say whether a preloaded library is loaded into COMMAND, or the interpreter\n"
	      "that it names, when this user starts it here; and if not, why. Nothing is run;\n"
	      "the arguments are ignored.\n"
	      "\n"
	      "  -h, --help       print this help\n"
	      "\n"
	      "Exit status: 0 reached, 1 not reached, 125 if it cannot be determined,\n"
	      "126 if COMMAND cannot be run, 127 if it or its interpreter is not found.\n",
	      stdout);
	return ni_flush_output(0);
}

/* Paths are foreign text; the rest of the line is ours. */
static void print_path(const char *path)
{
	char text[PATH_MAX * NI_PRINTABLE_GROWTH + 1];

	ni_printable(path, strlen(path), text);
	fputs(text, stdout);
}

static int print_answer(const char *program, const struct ni_reach *reach)
{
	char why[sizeof(reach->why) * NI_PRINTABLE_GROWTH + 1];

	print_path(program);
	if (reach->answer == NI_REACHED) {
		printf(": reached%s%s\n", reach->note ? " " : "",
		       reach->note ? reach->note : "");
		return 0;
	}
	fputs(": not reached: ", stdout);
	if (strcmp(program, reach->file)) {
		print_path(reach->file);
		fputs(": ", stdout);
	}
	ni_printable(reach->why, strlen(reach->why), why);
	printf("%s%s%s\n", why, reach->advice ? "; " : "",
	       reach->advice ? reach->advice : "");
	return 1;
}

/* For what `audit` preloads, the answer may differ: then a line says so. */
static void print_recorder(const char *program, const char *shim,
			   enum ni_reach_answer shims)
{
	char recorder[PATH_MAX + sizeof("libnoinherit-audit.so")];
	struct ni_reach reach;

	snprintf(recorder, sizeof(recorder), "%.*slibnoinherit-audit.so",
		 (int)(ni_base_name(shim) - shim), shim);
	if (access(recorder, R_OK) < 0)
		return;
	ni_reach_of(program, recorder, &reach);
	if (reach.answer == shims)
		return;
	fputs("audit: ", stdout);
	print_answer(program, &reach);
}

static int print_failure(const char *program, const struct ni_reach *reach)
{
	int status = reach->answer == NI_REACH_NOT_FOUND ? NI_EXIT_NOT_FOUND :
		     reach->answer == NI_REACH_CANNOT_RUN ?
			NI_EXIT_CANNOT_RUN : NI_EXIT_TROUBLE;
	bool is_other = strcmp(program, reach->file) != 0;

	return ni_error(status, "check: '%s' %s: %s%s%s%s%s", program,
			status == NI_EXIT_TROUBLE ? "cannot be judged" :
						    "cannot be run",
			is_other ? reach->file : "", is_other ? ": " : "",
			reach->why, reach->advice ? "; " : "",
			reach->advice ? reach->advice : "");
}

static int check_command(const char *name)
{
	char shim[PATH_MAX], program[PATH_MAX];
	struct ni_reach reach;
	int status = ni_find_preload("check", "libnoinherit-preload.so", shim);

	if (!status)
		status = ni_find_command("check", name, program);
	if (status)
		return status;
	ni_reach_of(program, shim, &reach);
	if (reach.answer == NI_REACHED || reach.answer == NI_NOT_REACHED) {
		status = print_answer(program, &reach);
		print_recorder(program, shim, reach.answer);
		return ni_flush_output(status);
	}
	return print_failure(program, &reach);
}

int ni_verb_check(int argc, char **argv)
{
	int option;

	while ((option = ni_next_option(argc, argv, options)) != -1) {
		if (option == 'h')
			return print_help();
		return ni_option_error(argv, options);
	}
	if (optind == argc)
		return ni_error(NI_EXIT_TROUBLE,
				"check: no command given; 'noinherit check --help' shows how");
	return check_command(argv[optind]);
}
