/*
 * run.c - `noinherit run`: becomes the command, with the shim preloaded.
 *
 * Everything that can be wrong is found before the command starts; there is no
 * process of ours left once it runs.
 */
#include <limits.h>
#include <stdio.h>

#include "cli/launch.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/reach/reach.h"
#include "cli/setting_options.h"
#include "cli/verb.h"

static const struct option options[] = {
	NI_SETTING_OPTION_ROWS,
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static int print_help(void)
{
	fputs("Usage: noinherit run [OPTION]... [--] COMMAND [ARGUMENT]...\n"
	      "Execute COMMAND, with its sockets closed when it starts another program.\n"
	      "\n"
	      NI_SETTING_OPTION_HELP
	      "  -h, --help       print this help\n"
	      "\n"
	      "A list may be given in several options. An option replaces NOINHERIT_MODE,\n"
	      "NOINHERIT_SCOPE or NOINHERIT_KEEP in the environment.\n"
	      "\n"
	      "Exit status: that of COMMAND; 125 if noinherit itself fails, 126 if COMMAND\n"
	      "cannot be run, 127 if it is not found.\n", stdout);
	return ni_flush_output(0);
}

static int run_command(char **command)
{
	char shim[PATH_MAX], program[PATH_MAX];
	const char *objects[] = { shim, NULL };
	struct ni_reach reach;
	int status = ni_find_preload("run", "libnoinherit-preload.so", shim);

	if (!status)
		status = ni_find_command("run", command[0], program);
	if (status)
		return status;
	ni_reach_of(program, shim, &reach);
	ni_warn_unreached("run", command[0], &reach, "");
	if (!reach.is_harmed)
		status = ni_preload("run", objects);
	if (status)
		return status;
	return ni_launch("run", program, command, &reach);
}

int ni_verb_run(int argc, char **argv)
{
	struct ni_setting_options settings = { { NULL } };
	int status = 0, option;

	while (!status && (option = ni_next_option(argc, argv, options)) != -1) {
		if (option == 'h')
			return print_help();
		if (ni_is_setting_option(option))
			status = ni_setting_options_take(&settings, argv[0],
							 option, optarg);
		else
			status = ni_option_error(argv, options);
	}
	if (!status)
		status = ni_setting_options_apply(&settings, argv[0]);
	ni_setting_options_free(&settings);
	if (!status && optind == argc)
		status = ni_error(NI_EXIT_TROUBLE,
				  "run: no command given; 'noinherit run --help' shows how");
	return status ? status : run_command(argv + optind);
}
