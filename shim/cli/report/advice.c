/*
 * advice.c - what to change, and where: the fix and the note of each finding.
 */
#include "cli/report/advice.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "common/array.h"
#include "cli/report/place.h"
#include "cli/report/shell.h"
#include "cli/report/what.h"

/* How each function is told to set close-on-exec itself. */
static const struct {
	const char *call, *cure;
} cures[] = {
#define CREATOR(number, name, result, parameters, type, flag, cure) \
	{ #name, cure },
#define NUMBERED(number, name, type, flag, cure) { #name, cure },
#include "common/creators.def"
};

static const char *cure_of(const char *call)
{
	for (size_t i = 0; call && i < ARRAY_LEN(cures); i++)
		if (cures[i].cure && !strcmp(cures[i].call, call))
			return cures[i].cure;
	return "close-on-exec";
}

static const char *place_of(struct ni_report *report,
			    const struct ni_stack *stack)
{
	return ni_place_text(&report->arena, ni_place_culprit(stack),
			     report->source_root);
}

/* ---- what shells open ---------------------------------------------------- */

/* A redirection opened it, and the script chose the number: so it is the script
 * that has to change. */
static const char *fix_of_shell(struct ni_report *report,
				const struct ni_finding *finding)
{
	const char *script = ni_shell_script(finding->program);
	int fd = finding->to_fd >= 0 ? finding->to_fd : finding->fd;

	return ni_arena_format(&report->arena, "%s%s%d>&- at the command that "
			       "must not have it, or exec %d>&- before it",
			       script ? script : "",
			       script ? ": " : "in the shell's command: ", fd,
			       fd);
}

/* ---- fixes -------------------------------------------------------------- */

const char *ni_fix_inheritable(struct ni_report *report,
			       const struct ni_finding *finding)
{
	const char *created = place_of(report, finding->created);
	const char *at = place_of(report, finding->at);

	if (finding->kind == NI_KIND_LEAK && ni_is_shell(finding->program))
		return fix_of_shell(report, finding);
	if (created)
		return ni_arena_format(&report->arena, "%s at %s",
				       cure_of(finding->call), created);
	if (!at)
		return NULL;
	return ni_arena_format(&report->arena, "close it or set FD_CLOEXEC "
			       "before the %s at %s",
			       finding->at_call ? finding->at_call : "exec",
			       at);
}

const char *ni_fix_race(struct ni_report *report,
			const struct ni_finding *finding)
{
	const char *fix = ni_fix_inheritable(report, finding);
	const char *at = place_of(report, finding->at);

	if (!at)
		return fix;
	return ni_arena_format(&report->arena, "%s, not by the %s at %s", fix,
			       finding->at_call ? finding->at_call : "call",
			       at);
}

const char *ni_fix_double_close(struct ni_report *report,
				const struct ni_finding *finding)
{
	const char *second = place_of(report, finding->at);
	const char *first = place_of(report, finding->closed);

	if (!second)
		return NULL;
	if (!first)
		return ni_arena_format(&report->arena,
				       "do not close it again at %s", second);
	/* One place that is reached twice: a function called again. */
	if (!strcmp(first, second))
		return ni_arena_format(&report->arena,
				       "close it once: %s is reached twice",
				       second);
	return ni_arena_format(&report->arena, "close it once: at %s or at %s",
			       first, second);
}

const char *ni_fix_wrong_flag(struct ni_report *report,
			      const struct ni_finding *finding)
{
	const char *at = place_of(report, finding->at);

	if (!at)
		return NULL;
	return ni_arena_format(&report->arena,
			       "fcntl(fd, F_SETFD, FD_CLOEXEC) at %s", at);
}

const char *ni_fix_unclosed(struct ni_report *report,
			    const struct ni_finding *finding)
{
	const char *created = place_of(report, finding->created);

	if (!created)
		return NULL;
	return ni_arena_format(&report->arena,
			       "close what is created at %s", created);
}

const char *ni_fix_exhausted(struct ni_report *report,
			     const struct ni_finding *finding)
{
	const char *created = place_of(report, finding->created);

	if (!created)
		return NULL;
	return ni_arena_format(&report->arena,
			       "close what is created at %s when it is no longer needed",
			       created);
}

/* ---- notes -------------------------------------------------------------- */

/* "12.3 us", "2.5 ms", "3.1 s". */
static const char *duration(struct ni_arena *arena, uint64_t ns)
{
	static const struct {
		uint64_t unit_ns;
		const char *name;
	} units[] = {
		{ 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (ns >= units[i].unit_ns)
			return ni_arena_format(arena, "%" PRIu64 ".%" PRIu64
					       " %s", ns / units[i].unit_ns,
					       ns % units[i].unit_ns * 10 /
					       units[i].unit_ns, units[i].name);
	return ni_arena_format(arena, "%" PRIu64 " ns", ns);
}

/* The bound below which at least half of the windows were; 0: not known. */
static uint64_t half_below_us(const struct ni_windows *windows)
{
	uint64_t all = 0, some = 0;

	for (size_t i = 0; i < NI_WINDOW_ROWS; i++)
		all += windows->counts[i];
	for (size_t i = 0; i + 1 < NI_WINDOW_ROWS; i++) {
		some += windows->counts[i];
		if (all > 1 && some * 2 >= all)
			return (uint64_t)1 << i;
	}
	return 0;
}

static const char *who_watched(struct ni_arena *arena,
			       const struct ni_windows *windows)
{
	uint64_t all = 0;

	for (size_t i = 0; i < NI_WINDOW_ROWS; i++)
		all += windows->counts[i];
	if (windows->threaded)
		return ni_arena_format(arena, "%" PRIu64 " of %" PRIu64
				       " times the process had a second thread",
				       windows->threaded, all);
	return "the process had no second thread: harmless until it has one";
}

const char *ni_note_race(struct ni_report *report,
			 const struct ni_finding *finding)
{
	struct ni_arena *arena = &report->arena;
	const struct ni_windows *windows = &finding->windows;
	uint64_t half = half_below_us(windows);
	const char *mostly = "";

	if (half && half * 1000 < windows->longest_ns)
		mostly = ni_arena_format(arena, " (half of them less than %"
					 PRIu64 " us)", half);
	return ni_arena_format(arena, "inheritable for up to %s%s; %s",
			       duration(arena, windows->longest_ns), mostly,
			       who_watched(arena, windows));
}

const char *ni_note_exhausted(struct ni_report *report,
			      const struct ni_finding *finding)
{
	const struct ni_exhaustion *exhaustion = &finding->exhaustion;

	if (exhaustion->error == ENFILE)
		return ni_arena_format(&report->arena, "ENFILE: the whole "
				       "system has no descriptor left; the "
				       "process had %u open",
				       exhaustion->open);
	return ni_arena_format(&report->arena, "EMFILE: all %u descriptors "
			       "that the process may have were open",
			       exhaustion->limit);
}

const char *ni_note_unclosed(struct ni_report *report,
			     const struct ni_finding *finding)
{
	const char *repr = ni_what_repr(&report->arena, &finding->what,
					finding->fd);
	const char *at = place_of(report, finding->closed);

	if (!finding->closed_count)
		return ni_arena_format(&report->arena, "unclosed %s", repr);
	return ni_arena_format(&report->arena, "unclosed %s; %" PRIu64
			       " others from this stack were closed%s%s", repr,
			       finding->closed_count, at ? " at " : "",
			       at ? at : "");
}

static const struct {
	int command;		/* -1: any */
	int64_t argument;	/* -1: any */
	const char *note;
} wrong_flags[] = {
	{ F_SETFD, O_CLOEXEC, "fcntl(fd, F_SETFD, O_CLOEXEC) sets nothing: "
		"F_SETFD knows FD_CLOEXEC only" },
	{ F_SETFL, O_CLOEXEC, "fcntl(fd, F_SETFL, O_CLOEXEC) sets nothing: "
		"close-on-exec is not a status flag" },
	{ F_SETFL, FD_CLOEXEC, "fcntl(fd, F_SETFL, FD_CLOEXEC) sets nothing: "
		"close-on-exec is not a status flag" },
	{ FD_CLOEXEC, -1, "fcntl(fd, FD_CLOEXEC) asks for the flags and sets "
		"nothing: 1 is F_GETFD" },
	{ O_CLOEXEC, -1, "fcntl(fd, O_CLOEXEC): O_CLOEXEC is not a command" },
};

const char *ni_note_wrong_flag(struct ni_report *report,
			       const struct ni_finding *finding)
{
	for (size_t i = 0; i < ARRAY_LEN(wrong_flags); i++)
		if (wrong_flags[i].command == finding->wrong.command &&
		    (wrong_flags[i].argument < 0 ||
		     (finding->wrong.argument & wrong_flags[i].argument)))
			return wrong_flags[i].note;
	return ni_arena_format(&report->arena, "fcntl(fd, %d, 0x%" PRIx64
			       ") sets no close-on-exec",
			       finding->wrong.command,
			       finding->wrong.argument);
}
