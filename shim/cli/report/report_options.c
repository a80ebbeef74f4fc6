/*
 * report_options.c - the options that `audit` and `report` share.
 */
#include "cli/report/report_options.h"

#include <stdbool.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/message.h"
#include "cli/nearest.h"
#include "cli/options.h"

#define MOST_FORMATS 8

bool ni_is_report_option(int option)
{
	return option == 'o' || option == 'q' || (option >= NI_REPORT_OPTION_FORMAT &&
				 option < NI_REPORT_OPTION_END);
}

static int unknown_word(const char *verb, const char *option, const char *word,
			size_t length, const char *const *candidates)
{
	const char *near = ni_nearest_word(word, length, candidates);

	if (near)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: --%s: unknown word '%.*s'; did you mean '%s'?",
				verb, option, (int)length, word, near);
	return ni_error(NI_EXIT_TROUBLE,
			"%s: --%s: unknown word '%.*s'; 'noinherit %s --help' lists them",
			verb, option, (int)length, word, verb);
}

static int take_format(struct ni_report_options *options, const char *verb,
		       const char *value)
{
	const char *names[MOST_FORMATS] = { NULL };

	options->format = ni_format_find(value);
	if (options->format)
		return 0;
	for (size_t i = 0; i + 1 < MOST_FORMATS && ni_formats[i].name; i++)
		names[i] = ni_formats[i].name;
	return unknown_word(verb, "format", value, strlen(value), names);
}

static int take_kinds(struct ni_report_options *options, const char *verb,
		      const char *value)
{
	const char *names[NI_KINDS + 3] = { "all", "default" };
	const char *bad;
	size_t length;

	if (ni_kinds_parse(value, &options->kinds, &bad, &length) == 0)
		return 0;
	for (int kind = 0; kind < NI_KINDS; kind++)
		names[kind + 2] = ni_kinds[kind].name;
	return unknown_word(verb, "kinds", bad, length, names);
}

static int take_exitcode(struct ni_report_options *options, const char *verb,
			 const char *value)
{
	long number;

	if (ni_parse_number(value, 0, 255, &number) < 0)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: --error-exitcode: '%s' is not an exit status; use a number from 0 to 255",
				verb, value);
	options->error_exitcode = (int)number;
	return 0;
}

/* As the kernel names it in a trace. A path that does not exist here, on a
 * machine other than the recording's, is taken as it was written. */
static const char *absolute_path(const char *value)
{
	char path[PATH_MAX];

	if (realpath(value, path))
		return strdup(path);
	return *value == '/' ? value : NULL;
}

static int take_only(struct ni_report_options *options, const char *verb,
		     const char *value)
{
	const char *path = absolute_path(value);

	if (!path)
		return ni_error(NI_EXIT_TROUBLE, "%s: --only: '%s': %s", verb,
				value, strerror(errno));
	if (options->only_count == NI_MOST_ONLY)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: --only: more than %d paths", verb,
				NI_MOST_ONLY);
	options->only[options->only_count++] = path;
	return 0;
}

/* Made absolute: libdwfl would look for a relative one beside each module. */
static int take_debug_directory(struct ni_report_options *options,
				const char *verb, const char *value)
{
	options->debug_directory = absolute_path(value);
	if (options->debug_directory)
		return 0;
	return ni_error(NI_EXIT_TROUBLE, "%s: --debug-dir: '%s': %s", verb,
			value, strerror(errno));
}

static int take_suppressions(struct ni_report_options *options,
			     const char *verb, const char *value)
{
	if (options->suppression_count == NI_MOST_SUPPRESSION_FILES)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: --suppressions: more than %d files; put them into one",
				verb, NI_MOST_SUPPRESSION_FILES);
	options->suppressions[options->suppression_count++] = value;
	return 0;
}

int ni_report_options_take(struct ni_report_options *options, const char *verb,
			   int option, const char *value)
{
	switch (option) {
	case NI_REPORT_OPTION_FORMAT:
		return take_format(options, verb, value);
	case NI_REPORT_OPTION_KINDS:
		return take_kinds(options, verb, value);
	case NI_REPORT_OPTION_EXITCODE:
		return take_exitcode(options, verb, value);
	case NI_REPORT_OPTION_SUPPRESSIONS:
		return take_suppressions(options, verb, value);
	case NI_REPORT_OPTION_GENERATE:
		options->format = &ni_format_suppressions;
		return 0;
	case NI_REPORT_OPTION_BASELINE:
		options->is_baseline = true;
		if (value)
			options->baseline = value;
		return 0;
	case NI_REPORT_OPTION_ONLY:
		return take_only(options, verb, value);
	case NI_REPORT_OPTION_DEBUG:
		return take_debug_directory(options, verb, value);
	case 'q':
		options->is_quiet = true;
		return 0;
	default:
		options->output = value;
		return 0;
	}
}

const char *ni_report_option_file(int argc, char **argv)
{
	FILE *file;
	int first;

	if (optind >= argc || *argv[optind] == '-')
		return NULL;
	file = fopen(argv[optind], "re");
	first = file ? getc(file) : EOF;
	if (file)
		fclose(file);
	return first == '{' ? argv[optind++] : NULL;
}
