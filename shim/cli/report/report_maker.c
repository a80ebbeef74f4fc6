/*
 * report_maker.c - from a recording to a printed report: the steps in order.
 */
#include "cli/report/report_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/report/baseline.h"
#include "cli/report/ledger.h"
#include "cli/message.h"
#include "cli/report/fingerprint.h"
#include "cli/report/formats.h"
#include "cli/report/gate.h"
#include "cli/report/kinds.h"
#include "cli/report/open_now.h"
#include "cli/report/order.h"
#include "cli/report/printers.h"
#include "cli/report/scope.h"
#include "cli/report/suppressions.h"
#include "cli/report/symbols.h"
#include "cli/report/text_file.h"
#include "cli/report/recording.h"

#define SYMBOLS_STACK_SIZE ((size_t)16 << 20)

struct ni_report_maker {
	const char *verb;
	const struct ni_report_options *options;
	FILE *out;
	bool is_own_out;		/* ours to close */
	bool is_saying_where;		/* the report is in a file, and which */
	struct ni_arena arena;	/* of what was read before the report */
	struct ni_suppressions suppressions;
	struct ni_baseline baseline;
	bool is_command_missing;	/* preloading does not reach it */
	ni_report_begins *begins;	/* or NULL: nothing is left running */
	void *begins_context;
};

/* ---- what is read before ------------------------------------------------ */

static int read_suppressions(struct ni_report_maker *maker, const char *path)
{
	struct ni_suppressions_error error;
	const char *why;
	size_t size;
	char *text = ni_text_file_read(&maker->arena, path, &size, &why);

	if (!text)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: cannot read the suppressions '%s': %s",
				maker->verb, path, why);
	if (ni_suppressions_parse(&maker->suppressions, text, size, path,
				  &error) < 0)
		return ni_error(NI_EXIT_TROUBLE, "%s: suppressions: %s:%u: %s",
				maker->verb, path, error.line, error.what);
	return 0;
}

static int read_inputs(struct ni_report_maker *maker)
{
	const struct ni_report_options *options = maker->options;
	const char *why;
	int status = 0;

	for (size_t i = 0; !status && i < options->suppression_count; i++)
		status = read_suppressions(maker, options->suppressions[i]);
	if (status || !options->baseline)
		return status;
	if (ni_baseline_read(&maker->baseline, &maker->arena,
			     options->baseline, &why) < 0)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: --baseline: cannot use '%s': %s",
				maker->verb, options->baseline, why);
	return 0;
}

static int open_output(struct ni_report_maker *maker, FILE *fallback)
{
	const char *path = maker->options->output;

	maker->out = fallback;
	if (!path)
		return 0;
	if (!strcmp(path, "-")) {
		maker->out = stdout;
		return 0;
	}
	maker->out = fopen(path, "we");
	if (!maker->out)
		return ni_error(NI_EXIT_TROUBLE, "%s: cannot write '%s': %s",
				maker->verb, path, strerror(errno));
	maker->is_own_out = true;
	return 0;
}

int ni_report_maker_open(struct ni_report_maker **maker, const char *verb,
			 const struct ni_report_options *options,
			 FILE *fallback)
{
	struct ni_report_maker *made = calloc(1, sizeof(*made));
	int status;

	if (!made)
		return ni_error(NI_EXIT_TROUBLE, "%s: %s", verb,
				strerror(ENOMEM));
	made->verb = verb;
	made->options = options;
	made->is_saying_where = fallback == stderr;
	made->suppressions.arena = &made->arena;
	status = read_inputs(made);
	if (!status)
		status = open_output(made, fallback);
	if (status)
		ni_report_maker_close(made);
	else
		*maker = made;
	return status;
}

void ni_report_maker_close(struct ni_report_maker *maker)
{
	if (maker->is_own_out)
		fclose(maker->out);
	ni_suppressions_free(&maker->suppressions);
	ni_baseline_free(&maker->baseline);
	ni_arena_free(&maker->arena);
	free(maker);
}

/* ---- the report --------------------------------------------------------- */

/* The first program whose start was not seen is the command. */
static const char *const *command_of(const struct ni_report *report)
{
	for (size_t i = 0; i < report->program_count; i++)
		if (!report->programs[i]->parent)
			return report->programs[i]->argv;
	return NULL;
}

struct resolving {
	struct ni_report *report;
	const char *debug_directory;
};

static void *resolve_all(void *data)
{
	const struct resolving *resolving = data;
	struct ni_report *report = resolving->report;
	struct ni_symbols *symbols =
		ni_symbols_open(&report->arena, resolving->debug_directory);

	for (size_t i = 0; i < report->stack_count; i++)
		ni_symbols_resolve(symbols, report->stacks[i]);
	ni_symbols_close(symbols);
	return NULL;
}

/* libdw takes hundreds of kilobytes of stack, more than some limits leave: it
 * runs on a stack of its own. */
static void resolve_stacks(struct ni_report_maker *maker,
			   struct ni_report *report)
{
	struct resolving resolving = {
		report, maker->options->debug_directory
	};
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, SYMBOLS_STACK_SIZE);
	if (pthread_create(&thread, &attributes, resolve_all, &resolving) == 0)
		pthread_join(thread, NULL);
	else
		resolve_all(&resolving);
	pthread_attr_destroy(&attributes);
}

static void judge(struct ni_report_maker *maker, struct ni_report *report)
{
	const struct ni_report_options *options = maker->options;

	report->is_doubt_shown = !options->kinds;
	report->kinds = options->kinds ? options->kinds : ni_kinds_default();
	if (options->is_baseline)
		report->kinds &= ~NI_KIND_BIT(NI_KIND_ARRIVED);
	report->only = options->only;
	report->only_count = options->only_count;
	ni_scope_apply(report);
	ni_fingerprints_fill(report);
	ni_baseline_apply(&maker->baseline, report);
	ni_suppressions_apply(&maker->suppressions, report);
	ni_order_findings(report);
}

/* A report that was cut off by a full disk must not look like a whole one. */
static int flush(struct ni_report_maker *maker)
{
	bool is_bad = fflush(maker->out) != 0 || ferror(maker->out);
	int error = errno;

	if (!is_bad && maker->is_own_out) {
		maker->is_own_out = false;
		is_bad = fclose(maker->out) != 0;
		error = errno;
	}
	if (!is_bad)
		return 0;
	return ni_error(NI_EXIT_TROUBLE, "%s: cannot write the report: %s",
			maker->verb, strerror(error));
}

static int no_recording(struct ni_report_maker *maker, const char *directory,
			int error)
{
	if (error == -ENODATA)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: no trace in '%s'; 'noinherit audit --record-only' makes them",
				maker->verb, directory);
	return ni_error(NI_EXIT_TROUBLE, "%s: cannot read '%s': %s",
			maker->verb, directory, strerror(-error));
}

static void set_source_root(struct ni_report *report, char root[PATH_MAX])
{
	if (getcwd(root, PATH_MAX))
		report->source_root = root;
}

static const struct ni_format *format_of(const struct ni_report_maker *maker)
{
	return maker->options->format ? maker->options->format : &ni_formats[0];
}

static void make(struct ni_report_maker *maker, struct ni_report *report,
		 const struct ni_recording *recording,
		 const char *const *command)
{
	char root[PATH_MAX];

	set_source_root(report, root);
	report->is_command_missing |= !report->program_count;
	report->command = report->is_command_missing ? command :
						       command_of(report);
	ni_report_add_gap(report, "command that left no trace",
			  report->is_command_missing);
	ni_report_add_gap(report, "programs for whose trace there was no space",
			  recording->empty);
	ni_report_add_gap(report, "programs that ended, or were stopped, before "
			  "they began to record", recording->unbegun);
	ni_report_add_gap(report, "files that are not traces",
			  recording->unreadable);
	ni_report_add_gap(report, "traces that another version wrote",
			  recording->newer);
	resolve_stacks(maker, report);
	ni_kinds_advise(report);
	judge(maker, report);
	if (!maker->options->is_quiet ||
	    ni_gate_count(report, maker->options->kinds))
		format_of(maker)->print(report, maker->out);
}

/* A report in a file is easily forgotten. What is not a file, like /dev/null,
 * was not meant to be read. */
static void say_where(const struct ni_report_maker *maker,
		      struct ni_report *report)
{
	const char *path = maker->options->output;
	struct stat status;

	if (!maker->is_own_out || maker->options->is_quiet ||
	    !maker->is_saying_where || fstat(fileno(maker->out), &status) < 0 ||
	    !S_ISREG(status.st_mode))
		return;
	ni_warning("%s: %s; %s in '%s'", maker->verb, ni_summary_text(report),
		   format_of(maker)->it_is, path);
}

/* What --error-exitcode makes of it. */
static int gate(const struct ni_report_maker *maker, struct ni_report *report)
{
	const struct ni_report_options *options = maker->options;
	const char *missing;

	if (!options->error_exitcode)
		return 0;
	if (ni_gate_count(report, options->kinds))
		return options->error_exitcode;
	missing = ni_gate_missing(report);
	if (!missing)
		return 0;
	return ni_error(NI_EXIT_TROUBLE,
			"%s: --error-exitcode: not everything was recorded: %s",
			maker->verb, missing);
}

void ni_report_maker_miss_command(struct ni_report_maker *maker)
{
	maker->is_command_missing = true;
}

void ni_report_maker_ask(struct ni_report_maker *maker,
			 ni_report_begins *begins, void *context)
{
	maker->begins = begins;
	maker->begins_context = context;
}

static size_t count_begun(const struct ni_report_maker *maker,
			  const struct ni_report *report)
{
	size_t count = 0;

	for (size_t i = 0; maker->begins && i < report->program_count; i++) {
		const struct ni_program *program = report->programs[i];

		count += program->unfollowed && program->pid &&
			 maker->begins(program->pid, program->old_trace,
				       maker->begins_context);
	}
	return count;
}

static int read_once(const char *directory, struct ni_report *report,
		     struct ni_recording *recording)
{
	int r = ni_recording_read(directory, &report->arena, recording);

	if (r >= 0)
		ni_ledger_fill(report, recording->traces, recording->count);
	return r;
}

/* Reads again while programs without a trace have begun one, fewer of them each
 * time. The count need not reach 0: a program that left no trace may have
 * executed one that did. That process counts each time, and another reading
 * shows no more. */
static int read_whole(const struct ni_report_maker *maker, const char *directory,
		      struct ni_report *report, struct ni_recording *recording)
{
	size_t begun = SIZE_MAX, before;
	int r;

	for (;;) {
		report->is_command_missing = maker->is_command_missing;
		r = read_once(directory, report, recording);
		before = begun;
		begun = count_begun(maker, report);
		if (!begun || begun >= before)
			return r;
		ni_report_free(report);
		ni_recording_free(recording);
		*report = (struct ni_report){ 0 };
		*recording = (struct ni_recording){ 0 };
	}
}

int ni_report_maker_run(struct ni_report_maker *maker, const char *directory,
			const char *const *command)
{
	struct ni_report report = { 0 };
	struct ni_recording recording = { 0 };
	int status, r;

	r = read_whole(maker, directory, &report, &recording);
	if (r < 0 && !(r == -ENODATA && command))
		return no_recording(maker, directory, r);
	make(maker, &report, &recording, command);
	say_where(maker, &report);
	status = flush(maker);
	if (!status)
		status = gate(maker, &report);
	ni_report_free(&report);
	ni_recording_free(&recording);
	return status;
}

int ni_report_maker_open_now(struct ni_report_maker *maker,
			     const char *directory, pid_t pid,
			     size_t *running)
{
	struct ni_report report = { .is_open_wanted = true };
	struct ni_recording recording = { 0 };
	char root[PATH_MAX];
	int status, r;

	r = ni_recording_read(directory, &report.arena, &recording);
	if (r < 0)
		return no_recording(maker, directory, r);
	set_source_root(&report, root);
	ni_ledger_fill(&report, recording.traces, recording.count);
	if (pid)
		ni_open_choose(&report, pid);
	*running = ni_open_look(&report);
	resolve_stacks(maker, &report);
	if (maker->options->format == ni_format_find("json"))
		ni_print_open_json(&report, maker->out);
	else
		ni_print_open_text(&report, maker->out);
	status = flush(maker);
	ni_report_free(&report);
	ni_recording_free(&recording);
	return status;
}
