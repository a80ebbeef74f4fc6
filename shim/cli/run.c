/*
 * run.c - `noinherit run`: becomes the command, with the shim preloaded.
 *
 * Everything that can be wrong is found before the command starts; there is no
 * process of ours left once it runs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artefact.h"
#include "message.h"
#include "options.h"
#include "preload_list.h"
#include "program.h"
#include "setting_options.h"
#include "verbs.h"

static const struct option options[] = {
	NI_SETTING_OPTION_ROWS,
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static int print_help(void)
{
	fputs("Usage: noinherit run [OPTION]... [--] COMMAND [ARGUMENT]...\n"
	      "Become COMMAND, every socket of which is closed when it starts another program.\n"
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

/* Puts the shim into LD_PRELOAD. */
static int preload_shim(void)
{
	static const char file[] = "libnoinherit-preload.so";
	char path[PATH_MAX];
	const char *objects[] = { path, NULL };
	char *list;
	int r = ni_find_artefact(file, path);

	if (r < 0)
		return ni_error(NI_EXIT_TROUBLE,
				"run: cannot find %s beside this command or in its library directory: %s; install it there",
				file, strerror(-r));
	if (!ni_preload_can_carry(path))
		return ni_error(NI_EXIT_TROUBLE,
				"run: LD_PRELOAD cannot carry '%s': it has a space, ':' or '$' in it; install noinherit in another directory",
				path);
	list = ni_preload_list(getenv("LD_PRELOAD"), objects);
	r = list ? setenv("LD_PRELOAD", list, 1) : -1;
	free(list);
	return r == 0 ? 0 : ni_error(NI_EXIT_TROUBLE, "run: %s",
				     strerror(ENOMEM));
}

static int run_command(char **command)
{
	char path[PATH_MAX];
	int r = ni_find_program(command[0], getenv("PATH"), path);

	if (r == 0)
		r = ni_become_program(path, command);
	return ni_error(ni_cannot_run_status(r), "run: cannot run '%s': %s",
			command[0], strerror(-r));
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
	if (!status)
		status = preload_shim();
	return status ? status : run_command(argv + optind);
}
