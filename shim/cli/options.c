/*
 * options.c - reading the options of a verb, and saying what is wrong in one.
 */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/message.h"
#include "cli/nearest.h"

#define MOST_OPTIONS 64

/* '+': the command's own options are not ours. ':': a missing value is told
 * apart from an unknown option; both end in ni_option_error(). */
static void short_options(const struct option *options,
			  char text[2 * MOST_OPTIONS + 3])
{
	const struct option *last = options + MOST_OPTIONS;

	*text++ = '+';
	*text++ = ':';
	for (; options < last && options->name; options++) {
		if (options->val > 'z' || !isalpha(options->val))
			continue;
		*text++ = (char)options->val;
		if (options->has_arg == required_argument)
			*text++ = ':';
	}
	*text = '\0';
}

int ni_next_option(int argc, char **argv, const struct option *options)
{
	char letters[2 * MOST_OPTIONS + 3];
	int c;

	short_options(options, letters);
	opterr = 0;
	c = getopt_long(argc, argv, letters, options, NULL);
	return c == ':' ? '?' : c;
}

static const char *nearest_option(const char *word, size_t length,
				  const struct option *options)
{
	const char *names[MOST_OPTIONS + 1];
	size_t count = 0;

	while (count < MOST_OPTIONS && options[count].name) {
		names[count] = options[count].name;
		count++;
	}
	names[count] = NULL;
	return ni_nearest_word(word, length, names);
}

static const struct option *option_of_value(int value,
					    const struct option *options)
{
	for (; options->name; options++)
		if (options->val == value)
			return options;
	return NULL;
}

/*
 * getopt_long() leaves in optopt: 0 for a long option that it does not know,
 * its value for one that is used wrongly, the letter for an unknown short one.
 */
int ni_option_error(char **argv, const struct option *options)
{
	const struct option *known = option_of_value(optopt, options);
	const char *verb = argv[0], *word = argv[optind - 1];
	size_t length = strcspn(word, "=");
	const char *near;

	if (optopt && !known)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: unknown option '-%c'; 'noinherit %s --help' lists them",
				verb, optopt, verb);
	if (known && known->has_arg == required_argument)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: option '--%s' needs a value; 'noinherit %s --help' shows which",
				verb, known->name, verb);
	if (known)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: option '--%s' takes no value; leave out '%s'",
				verb, known->name, word + length);
	near = nearest_option(word + 2, length - 2, options);
	if (near)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: unknown option '%.*s'; did you mean '--%s'?",
				verb, (int)length, word, near);
	return ni_error(NI_EXIT_TROUBLE,
			"%s: unknown option '%.*s'; 'noinherit %s --help' lists them",
			verb, (int)length, word, verb);
}

int ni_parse_number(const char *text, long least, long most, long *number)
{
	char *end;
	long value;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	value = strtol(text, &end, 10);
	if (*end || errno || value < least || value > most)
		return -EINVAL;
	*number = value;
	return 0;
}
