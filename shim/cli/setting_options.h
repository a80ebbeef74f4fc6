/*
 * setting_options.h - --mode, --scope and --keep, for the verbs that run a
 * command.
 */
#ifndef NI_CLI_SETTING_OPTIONS_H
#define NI_CLI_SETTING_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

#include "common/settings.h"

/* What ni_next_option() answers for them: this and the setting's number. */
#define NI_SETTING_OPTION 1000

#define NI_SETTING_OPTION_ROWS \
	{ "mode", required_argument, NULL, NI_SETTING_OPTION + NI_SETTING_MODE }, \
	{ "scope", required_argument, NULL, NI_SETTING_OPTION + NI_SETTING_SCOPE }, \
	{ "keep", required_argument, NULL, NI_SETTING_OPTION + NI_SETTING_KEEP }

/* For the help of such a verb. */
#define NI_SETTING_OPTION_HELP \
"  --mode=MODE      compat (default), strict or off\n" \
"  --scope=LIST     what is made non-inheritable: socket, accept, dup, receive,\n" \
"                   or sockets for all four (default); -NAME takes one away\n" \
"  --keep=LIST      what stays as it is: fd=N, fd=N-M, family=AF_UNIX,\n" \
"                   type=SOCK_DGRAM, program=NAME, env=NAME, argv=PREFIX\n"

/* Starts as all zero. */
struct ni_setting_options {
	char *value[NI_SETTING_KEEP + 1];
};

bool ni_is_setting_option(int option);

/*
 * Takes one such option. Lists that are given twice add up; of two modes, the
 * last counts. Returns 0, or NI_EXIT_TROUBLE with a line that names the wrong
 * word, its place and the nearest right one.
 */
int ni_setting_options_take(struct ni_setting_options *options,
			    const char *verb, int option, const char *value);

/*
 * Checks what will be in force, the variables of the environment included where
 * no option replaces them, and only then puts it into the environment. Returns
 * 0, or NI_EXIT_TROUBLE with a line.
 */
int ni_setting_options_apply(const struct ni_setting_options *options,
			     const char *verb);

void ni_setting_options_free(struct ni_setting_options *options);

#endif
