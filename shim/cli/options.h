/*
 * options.h - reading the options of a verb, and saying what is wrong in one.
 */
#ifndef NI_CLI_OPTIONS_H
#define NI_CLI_OPTIONS_H

#include <getopt.h>

/*
 * Like getopt_long(3), but it stops at the first argument that is not an option
 * and prints nothing: '?' is followed by ni_option_error(). A row whose value
 * is a letter can be given by that letter, too. Every verb's argv[0] is its own
 * name.
 */
int ni_next_option(int argc, char **argv, const struct option *options);

/*
 * For the '?' that ni_next_option() just returned: one line that names the word
 * and the nearest right one. Returns NI_EXIT_TROUBLE.
 */
int ni_option_error(char **argv, const struct option *options);

/*
 * A decimal number of least..most, nothing before or after it; -EINVAL where
 * text is not one. Written on success only.
 */
int ni_parse_number(const char *text, long least, long most, long *number);

#endif
