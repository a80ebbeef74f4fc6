/*
 * report.c - `noinherit report`: the report of a recording.
 */
#include <stdio.h>

#include "cli/message.h"
#include "cli/options.h"
#include "cli/report/report_maker.h"
#include "cli/report/report_options.h"
#include "cli/verbs.h"

static const struct option options[] = {
	NI_REPORT_OPTION_ROWS,
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static int print_help(void)
{
	fputs("Usage: noinherit report [OPTION]... DIR\n"
	      "Print the report of what 'noinherit audit --record-only' left in DIR.\n"
	      "\n"
	      NI_REPORT_OPTION_HELP
	      "  -h, --help                print this help\n"
	      "\n"
	      "DIR may come from another machine: functions and lines are found where this\n"
	      "one has the same programs, or debug files with their build-ids.\n"
	      "\n"
	      "Exit status: 0; N of --error-exitcode if a finding is left; 125 if noinherit\n"
	      "itself fails.\n", stdout);
	return ni_flush_output(0);
}

static int make_report(const struct ni_report_options *report_options,
		       const char *directory)
{
	struct ni_report_maker *maker;
	int status = ni_report_maker_open(&maker, "report", report_options,
					  stdout);

	if (status)
		return status;
	status = ni_report_maker_run(maker, directory, NULL);
	ni_report_maker_close(maker);
	return status;
}

int ni_verb_report(int argc, char **argv)
{
	struct ni_report_options report_options = { 0 };
	int status = 0, option;

	while (!status && (option = ni_next_option(argc, argv, options)) != -1) {
		if (option == 'h')
			return print_help();
		if (ni_is_report_option(option))
			status = ni_report_options_take(&report_options,
							argv[0], option,
							optarg);
		else
			status = ni_option_error(argv, options);
	}
	if (status)
		return status;
	if (optind + 1 != argc)
		return ni_error(NI_EXIT_TROUBLE,
				"report: expected one directory; 'noinherit report --help' shows how");
	return make_report(&report_options, argv[optind]);
}
