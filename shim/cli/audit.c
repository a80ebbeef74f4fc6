/*
 * audit.c - `noinherit audit`: runs a command with the recorder, then reports.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/trace.h"
#include "cli/launch.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/reach/reach.h"
#include "cli/report/report_maker.h"
#include "cli/report/report_options.h"
#include "cli/script_frames.h"
#include "cli/setting_options.h"
#include "cli/supervise.h"
#include "cli/survivors.h"
#include "cli/recording_directory.h"
#include "cli/verb.h"

enum audit_option {
	RECORD_ONLY = 3000,
	ENFORCE,
	NO_FOLLOW,
	WAIT,
	TRACE_SIZE,
	FRAMES,
	SCRIPT_FRAMES
};

static const struct option options[] = {
	NI_REPORT_OPTION_ROWS,
	NI_SETTING_OPTION_ROWS,
	{ "record-only", no_argument, NULL, RECORD_ONLY },
	{ "enforce", no_argument, NULL, ENFORCE },
	{ "wait", no_argument, NULL, WAIT },
	{ "no-follow", no_argument, NULL, NO_FOLLOW },
	{ "trace-size", required_argument, NULL, TRACE_SIZE },
	{ "frames", required_argument, NULL, FRAMES },
	{ "script-frames", no_argument, NULL, SCRIPT_FRAMES },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

struct audit {
	struct ni_report_options report;
	struct ni_setting_options settings;
	bool is_record_only, is_enforcing, is_not_following, is_waiting;
	bool has_scripts;
	long trace_size_kib, frames;	/* 0: the default */
	bool is_unreached;		/* the command; reported already */
	char recorder[PATH_MAX];	/* "": nothing was started */
};

static int print_help(void)
{
	fputs("Usage: noinherit audit [OPTION]... [--] COMMAND [ARGUMENT]...\n"
	      "Run COMMAND and report which descriptors leak in it and all it starts: who\n"
	      "created them, who handed them on, who received them, and what to change.\n"
	      "\n"
	      NI_REPORT_OPTION_HELP
	      "      --record-only         no report: leave the recording in FILE, which is\n"
	      "                            then a new directory for 'noinherit report'\n"
	      "      --enforce             preload the shim, too; the report says what it\n"
	      "                            stopped; --mode, --scope, --keep: see 'run'\n"
	      "      --wait                wait for everything that COMMAND started\n"
	      "      --no-follow           do not follow into a program that is started with\n"
	      "                            a cleaned environment\n"
	      "      --trace-size=KIB      largest trace of each program (4096)\n"
	      "      --frames=N            most frames in a stack (32)\n"
	      "      --script-frames       follow stacks through scripts; sets variables for\n"
	      "                            Node.js, Java and Python that make it possible\n"
	      "  -h, --help                print this help\n"
	      "\n"
	      "Without FILE the report goes to standard error.\n"
	      "\n"
	      "Exit status: that of COMMAND, 128 and the signal if one killed it; N of\n"
	      "--error-exitcode if a finding is left; 125 if noinherit itself fails, 126 if\n"
	      "COMMAND cannot be run, 127 if it is not found.\n", stdout);
	return ni_flush_output(0);
}

static int take_number(const char *option, const char *value, long least,
		       long most, long *number)
{
	if (ni_parse_number(value, least, most, number) == 0)
		return 0;
	return ni_error(NI_EXIT_TROUBLE,
			"audit: --%s: '%s' is not a number from %ld to %ld",
			option, value, least, most);
}

static int take_option(struct audit *audit, int argc, char **argv, int option)
{
	const char *value = optarg;

	if (option == NI_REPORT_OPTION_BASELINE && !value)
		value = ni_report_option_file(argc, argv);
	if (ni_is_report_option(option))
		return ni_report_options_take(&audit->report, argv[0], option,
					      value);
	if (ni_is_setting_option(option))
		return ni_setting_options_take(&audit->settings, argv[0],
					       option, optarg);
	switch (option) {
	case RECORD_ONLY:
		audit->is_record_only = true;
		return 0;
	case ENFORCE:
		audit->is_enforcing = true;
		return 0;
	case WAIT:
		audit->is_waiting = true;
		return 0;
	case NO_FOLLOW:
		audit->is_not_following = true;
		return 0;
	case SCRIPT_FRAMES:
		audit->has_scripts = true;
		return 0;
	case TRACE_SIZE:
		return take_number("trace-size", optarg,
				   NI_TRACE_SIZE_KIB_MIN, NI_TRACE_SIZE_KIB_MAX,
				   &audit->trace_size_kib);
	case FRAMES:
		return take_number("frames", optarg, 1, NI_TRACE_FRAMES_MAX,
				   &audit->frames);
	default:
		return ni_option_error(argv, options);
	}
}

/* ---- what the recorder reads -------------------------------------------- */

static int set_recorder(const struct audit *audit, const char *directory)
{
	char text[128] = "";
	size_t used = 0;
	bool is_set;

	if (audit->trace_size_kib)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "size=%ld,", audit->trace_size_kib);
	if (audit->frames)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "frames=%ld,", audit->frames);
	if (audit->is_not_following)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "no-follow,");
	if (audit->has_scripts)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "script-frames,");
	if (used)
		text[used - 1] = '\0';
	is_set = setenv(NI_TRACE_ENV_DIRECTORY, directory, 1) == 0 &&
		 (used ? setenv(NI_TRACE_ENV_OPTIONS, text, 1) :
			 unsetenv(NI_TRACE_ENV_OPTIONS)) == 0 &&
		 (!audit->has_scripts || ni_script_frames_ask() == 0);
	return is_set ? 0 : ni_error(NI_EXIT_TROUBLE, "audit: %s",
				     strerror(errno));
}

/* The recorder first: it sees what the program asked for, and the shim what
 * the recorder passes on. */
static int find_objects(struct audit *audit, char shim[PATH_MAX])
{
	int status = ni_find_preload("audit", "libnoinherit-audit.so",
				     audit->recorder);

	if (!status && audit->is_enforcing)
		status = ni_find_preload("audit", "libnoinherit-preload.so",
					 shim);
	if (!status && audit->is_enforcing)
		status = ni_setting_options_apply(&audit->settings, "audit");
	return status;
}

static int run_command(struct audit *audit, char **command)
{
	char shim[PATH_MAX], program[PATH_MAX];
	const char *objects[] = {
		audit->recorder, audit->is_enforcing ? shim : NULL, NULL
	};
	struct ni_reach reach;
	int status = ni_find_command("audit", command[0], program);

	if (!status)
		status = find_objects(audit, shim);
	if (status)
		return status;
	ni_reach_of(program, audit->recorder, &reach);
	ni_warn_unreached("audit", command[0], &reach,
			  "; 'noinherit audit env COMMAND' names what it leaves open");
	audit->is_unreached = reach.answer == NI_NOT_REACHED;
	if (!reach.is_harmed)
		status = ni_preload("audit", objects);
	return status ? status :
		ni_supervise("audit", program, command, &reach);
}

/* ---- what is still running ---------------------------------------------- */

/* Whether some of the audit's processes still run; if so, a line says that. */
static bool is_going_on(const struct audit *audit, const char *made,
			const char *inner)
{
	size_t count;

	if (audit->is_waiting)
		ni_survivors_wait(inner);
	if (*audit->recorder)
		ni_survivors_settle(inner, audit->recorder);
	count = ni_survivors_count(inner);
	if (count)
		ni_warning("audit: %zu process%s still running; 'noinherit report --open %s' shows what they have open",
			   count, count == 1 ? "" : "es", made);
	return count != 0;
}

/* ---- the two ways ------------------------------------------------------- */

static int make_directory(const char *path, char made[PATH_MAX],
			  char inner[PATH_MAX])
{
	int r = ni_recording_directory_make(path, made, inner);

	if (r == 0)
		return 0;
	return ni_error(NI_EXIT_TROUBLE, "audit: cannot make %s%s%s: %s",
			path ? "the directory '" : "a directory below TMPDIR",
			path ? path : "", path ? "'" : "", strerror(-r));
}

static int record(struct audit *audit, char **command)
{
	char made[PATH_MAX], inner[PATH_MAX];
	int status = make_directory(audit->report.output, made, inner);

	if (!status)
		status = set_recorder(audit, inner);
	if (status)
		return status;
	status = run_command(audit, command);
	is_going_on(audit, made, inner);
	if (ni_recording_directory_is_empty(inner))
		ni_recording_directory_remove(made, inner);
	else if (!audit->report.is_quiet)
		ni_warning("audit: recorded in '%s'; 'noinherit report %s' shows it",
			   made, made);
	return status;
}

/* A command that could not be run, or that preloading does not reach, leaves
 * nothing to report, and a message has said so. In the second case, a file or
 * an exit status that was asked for still needs the report. */
static bool is_all_said(const struct audit *audit, const char *inner, int status)
{
	if (!ni_recording_directory_is_empty(inner))
		return false;
	if (audit->is_unreached)
		return !audit->report.output && !audit->report.error_exitcode;
	return status == NI_EXIT_TROUBLE || status == NI_EXIT_CANNOT_RUN ||
	       status == NI_EXIT_NOT_FOUND;
}

struct recorded {
	const char *directory, *recorder;
};

static bool begins(pid_t pid, const char *old_trace, void *context)
{
	const struct recorded *recorded = context;

	return ni_survivors_begin(pid, old_trace, recorded->directory,
				  recorded->recorder);
}

static int report(struct ni_report_maker *maker, const char *made,
		  char **command, int status)
{
	int r = ni_report_maker_run(maker, made, (const char *const *)command);

	return r ? r : status;
}

static int record_and_report(struct audit *audit, char **command)
{
	char made[PATH_MAX], inner[PATH_MAX];
	struct recorded recorded = { inner, audit->recorder };
	struct ni_report_maker *maker;
	bool is_kept;
	int status = ni_report_maker_open(&maker, "audit", &audit->report,
					  stderr);

	if (status)
		return status;
	status = make_directory(NULL, made, inner);
	if (!status) {
		status = set_recorder(audit, inner);
		if (!status)
			status = run_command(audit, command);
		is_kept = is_going_on(audit, made, inner);
		if (audit->is_unreached)
			ni_report_maker_miss_command(maker);
		if (is_kept && *audit->recorder)
			ni_report_maker_ask(maker, begins, &recorded);
		if (!is_all_said(audit, inner, status))
			status = report(maker, made, command, status);
		if (!is_kept)
			ni_recording_directory_remove(made, inner);
	}
	ni_report_maker_close(maker);
	return status;
}

static int check(const struct audit *audit, bool is_command_given)
{
	for (int i = 0; i <= NI_SETTING_KEEP && !audit->is_enforcing; i++)
		if (audit->settings.value[i])
			return ni_error(NI_EXIT_TROUBLE,
					"audit: --mode, --scope and --keep are for the shim; add --enforce");
	if (is_command_given)
		return 0;
	return ni_error(NI_EXIT_TROUBLE,
			"audit: no command given; 'noinherit audit --help' shows how");
}

int ni_verb_audit(int argc, char **argv)
{
	struct audit audit = { .is_record_only = 0 };
	int status = 0, option;

	while (!status && (option = ni_next_option(argc, argv, options)) != -1) {
		if (option == 'h')
			return print_help();
		status = take_option(&audit, argc, argv, option);
	}
	if (!status)
		status = check(&audit, optind < argc);
	if (!status)
		status = audit.is_record_only ?
			record(&audit, argv + optind) :
			record_and_report(&audit, argv + optind);
	ni_setting_options_free(&audit.settings);
	return status;
}
