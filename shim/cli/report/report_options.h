/*
 * report_options.h - the options that `audit` and `report` share.
 */
#ifndef NI_CLI_REPORT_OPTIONS_H
#define NI_CLI_REPORT_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

#include "cli/report/formats.h"
#include "cli/report/kinds.h"

#define NI_MOST_SUPPRESSION_FILES 32
#define NI_MOST_ONLY 32

/* Starts as all zero. */
struct ni_report_options {
	const struct ni_format *format;	/* NULL: the default */
	const char *output;		/* NULL: the verb's own stream */
	const char *suppressions[NI_MOST_SUPPRESSION_FILES];
	size_t suppression_count;
	unsigned kinds;			/* 0: the default */
	int error_exitcode;		/* 0: none */
	const char *only[NI_MOST_ONLY];	/* absolute */
	size_t only_count;
	bool is_baseline;		/* leave out what was open at start */
	const char *baseline;		/* an earlier report, or NULL */
	const char *debug_directory;
	bool is_quiet;			/* nothing unless something counts */
};

/* What ni_next_option() answers for them. */
enum ni_report_option {
	NI_REPORT_OPTION_FORMAT = 2000,
	NI_REPORT_OPTION_SUPPRESSIONS,
	NI_REPORT_OPTION_GENERATE,
	NI_REPORT_OPTION_KINDS,
	NI_REPORT_OPTION_EXITCODE,
	NI_REPORT_OPTION_BASELINE,
	NI_REPORT_OPTION_DEBUG,
	NI_REPORT_OPTION_ONLY,
	NI_REPORT_OPTION_END
};

#define NI_REPORT_OPTION_ROWS \
	{ "format", required_argument, NULL, NI_REPORT_OPTION_FORMAT }, \
	{ "output", required_argument, NULL, 'o' }, \
	{ "quiet", no_argument, NULL, 'q' }, \
	{ "suppressions", required_argument, NULL, \
	  NI_REPORT_OPTION_SUPPRESSIONS }, \
	{ "gen-suppressions", no_argument, NULL, NI_REPORT_OPTION_GENERATE }, \
	{ "kinds", required_argument, NULL, NI_REPORT_OPTION_KINDS }, \
	{ "error-exitcode", required_argument, NULL, \
	  NI_REPORT_OPTION_EXITCODE }, \
	{ "only", required_argument, NULL, NI_REPORT_OPTION_ONLY }, \
	{ "baseline", optional_argument, NULL, NI_REPORT_OPTION_BASELINE }, \
	{ "debug-dir", required_argument, NULL, NI_REPORT_OPTION_DEBUG }

/* For the help of such a verb. */
#define NI_REPORT_OPTION_HELP \
"      --format=FORMAT       text (default), json, sarif or html\n" \
"  -o, --output=FILE         write the report there; - is standard output\n" \
"  -q, --quiet               no report unless it has something that counts\n" \
"      --kinds=LIST          what to report: leak, exhausted, double-close,\n" \
"                            race, wrong-flag, unclosed (these by default),\n" \
"                            inheritable, arrived, passed; all, default;\n" \
"                            -NAME takes one away\n" \
"      --suppressions=FILE   leave out what its rules match; may be repeated\n" \
"      --gen-suppressions    print rules for what is left, not the report\n" \
"      --only=PATH           only what has to be fixed below PATH; may be\n" \
"                            repeated\n" \
"      --error-exitcode=N    exit with N if a leak, an exhaustion, a double close\n" \
"                            or a race between threads is left, or one of --kinds;\n" \
"                            with 125 if not everything was recorded\n" \
"      --baseline            leave out what was open at start\n" \
"      --baseline=REPORT     leave out what an earlier JSON report has\n" \
"      --debug-dir=DIR       where debug files are (/usr/lib/debug)\n"

bool ni_is_report_option(int option);

/* The word after a bare --baseline, if it is a file with an earlier report: it
 * is taken, and optind moves past it. NULL otherwise. */
const char *ni_report_option_file(int argc, char **argv);

/*
 * Takes one such option. Returns 0, or NI_EXIT_TROUBLE after a line that names
 * the wrong word and the nearest right one.
 */
int ni_report_options_take(struct ni_report_options *options, const char *verb,
			   int option, const char *value);

#endif
