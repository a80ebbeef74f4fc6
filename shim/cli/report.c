/*
 * report.c - `noinherit report`: the report of a recording, or what is open now
 * in the programs that are being recorded.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/options.h"
#include "cli/report/open_now.h"
#include "cli/report/report_maker.h"
#include "cli/report/report_options.h"
#include "cli/verb.h"

#define WATCH_SECONDS 2

enum report_option {
	OPEN_NOW = 3000,
	WATCH
};

static const struct option options[] = {
	NI_REPORT_OPTION_ROWS,
	{ "open", no_argument, NULL, OPEN_NOW },
	{ "watch", no_argument, NULL, WATCH },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

struct request {
	struct ni_report_options report;
	bool is_open_now, is_watching;
	const char *directory;
	pid_t pid;			/* of which process; 0: of all */
	char found[PATH_MAX];		/* where directory is, for a pid */
};

static int print_help(void)
{
	fputs("Usage: noinherit report [OPTION]... DIR\n"
	      "  or:  noinherit report --open [OPTION]... DIR|PID\n"
	      "Print the report of what 'noinherit audit --record-only' left in DIR.\n"
	      "\n"
	      NI_REPORT_OPTION_HELP
	      "      --open                what the programs have open now, or had when they\n"
	      "                            were killed: how many, created where; of the one\n"
	      "                            process PID, or of all that were recorded in DIR\n"
	      "      --watch               do so repeatedly, as long as they run\n"
	      "  -h, --help                print this help\n"
	      "\n"
	      "DIR may come from another machine: functions and lines are found if this one\n"
	      "has the same programs, or debug files with their build-ids.\n"
	      "\n"
	      "Exit status: 0; N of --error-exitcode if something counts; 125 if noinherit\n"
	      "itself fails, or with --error-exitcode if not everything was recorded.\n",
	      stdout);
	return ni_flush_output(0);
}

/* ---- what is open now --------------------------------------------------- */

static int no_process(long pid, int error)
{
	if (error == -ENODATA)
		return ni_error(NI_EXIT_TROUBLE,
				"report: process %ld is not recorded; start it with 'noinherit audit'",
				pid);
	if (error == -ESTALE)
		return ni_error(NI_EXIT_TROUBLE,
				"report: the recording of process %ld was removed",
				pid);
	return ni_error(NI_EXIT_TROUBLE, "report: process %ld: %s", pid,
			strerror(-error));
}

/* A number is a process, unless there is a directory of that name. */
static int find_recording(struct request *request, const char *operand)
{
	long pid;
	int r;

	request->directory = operand;
	if (!request->is_open_now || access(operand, F_OK) == 0 ||
	    ni_parse_number(operand, 1, 1 << 22, &pid) < 0)
		return 0;
	r = ni_open_find((pid_t)pid, request->found);
	if (r < 0)
		return no_process(pid, r);
	request->directory = request->found;
	request->pid = (pid_t)pid;
	return 0;
}

static int watch(struct ni_report_maker *maker, const struct request *request)
{
	const struct timespec pause = { .tv_sec = WATCH_SECONDS };
	bool is_terminal = isatty(STDOUT_FILENO);
	size_t running;
	int status;

	for (;;) {
		if (is_terminal && request->is_watching)
			fputs("\033[H\033[2J", stdout);
		status = ni_report_maker_open_now(maker, request->directory,
						  request->pid, &running);
		if (status || !running || !request->is_watching)
			return status;
		nanosleep(&pause, NULL);
	}
}

/* ---- the verb ----------------------------------------------------------- */

static int make_report(struct request *request)
{
	struct ni_report_maker *maker;
	int status = ni_report_maker_open(&maker, "report", &request->report,
					  stdout);

	if (status)
		return status;
	status = request->is_open_now ? watch(maker, request) :
		ni_report_maker_run(maker, request->directory, NULL);
	ni_report_maker_close(maker);
	return status;
}

static int take_option(struct request *request, int argc, char **argv,
		       int option)
{
	const char *value = optarg;

	if (option == NI_REPORT_OPTION_BASELINE && !value)
		value = ni_report_option_file(argc, argv);
	if (ni_is_report_option(option))
		return ni_report_options_take(&request->report, argv[0],
					      option, optarg);
	if (option != OPEN_NOW && option != WATCH)
		return ni_option_error(argv, options);
	request->is_open_now = true;
	if (option == WATCH)
		request->is_watching = true;
	return 0;
}

static int check(const struct request *request, int operands)
{
	const struct ni_format *format = request->report.format;

	if (operands != 1)
		return ni_error(NI_EXIT_TROUBLE,
				"report: expected one directory; 'noinherit report --help' shows how");
	if (request->is_open_now && format && strcmp(format->name, "text") &&
	    strcmp(format->name, "json"))
		return ni_error(NI_EXIT_TROUBLE,
				"report: --open prints text or json, not %s",
				format->name);
	if (request->is_watching && request->report.output)
		return ni_error(NI_EXIT_TROUBLE,
				"report: --watch prints on standard output; leave out --output");
	return 0;
}

int ni_verb_report(int argc, char **argv)
{
	struct request request = { .is_open_now = false };
	int status = 0, option;

	while (!status && (option = ni_next_option(argc, argv, options)) != -1) {
		if (option == 'h')
			return print_help();
		status = take_option(&request, argc, argv, option);
	}
	if (!status)
		status = check(&request, argc - optind);
	if (!status)
		status = find_recording(&request, argv[optind]);
	return status ? status : make_report(&request);
}
