/*
 * survivors.c - processes of an audit that outlive its command.
 *
 * A program that records has its trace mapped. One that was executed a moment
 * ago has not, and one that preloading does not reach never will: both show
 * themselves by their environment.
 */
#include "cli/survivors.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base_name.h"
#include "common/trace.h"
#include "cli/reach/reach.h"

#define WAIT_PAUSE_NS 100000000
#define START_PAUSE_NS 2000000

/* A program that is still loading its libraries then is not waited for. */
#define START_PAUSES_MOST 5000

/* ---- what /proc says of one process ------------------------------------- */

/* Fields of /proc/PID/stat, as proc(5) counts them. */
enum stat_field {
	STAT_STATE = 3,
	STAT_START = 22,	/* in clock ticks since the boot */
	STAT_SIZE = 23,		/* of its memory */
	STAT_CODE = 26,		/* 1: the rest is hidden from us */
	STAT_ENVIRONMENT_END = 51
};

static FILE *open_proc(const char *pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.20s/%s", pid, name);
	return fopen(path, "re");
}

static const char *read_stat(const char *pid, char text[1024])
{
	FILE *file = open_proc(pid, "stat");
	size_t size = 0;

	if (file) {
		size = fread(text, 1, 1023, file);
		fclose(file);
	}
	text[size] = '\0';
	/* The name in brackets may hold anything. */
	return strrchr(text, ')');
}

/* "" where there is none. */
static const char *find_field(const char *after_name, enum stat_field field)
{
	for (int i = 2; after_name && i < (int)field; i++) {
		after_name = strchr(after_name, ' ');
		after_name += after_name != NULL;
	}
	return after_name ? after_name : "";
}

static unsigned long long stat_number(const char *pid, enum stat_field field)
{
	char text[1024];

	return strtoull(find_field(read_stat(pid, text), field), NULL, 10);
}

/* The kernel has taken the old program away, and the new one has no
 * environment yet. */
static bool is_in_exec(const char *pid)
{
	char text[1024];
	const char *name_end = read_stat(pid, text);

	return atoll(find_field(name_end, STAT_SIZE)) > 0 &&
	       atoll(find_field(name_end, STAT_CODE)) != 1 &&
	       *find_field(name_end, STAT_ENVIRONMENT_END) == '0';
}

static bool is_stopped(const char *pid)
{
	char text[1024];
	char state = *find_field(read_stat(pid, text), STAT_STATE);

	return state == 'T' || state == 't';
}

/* A trace that cannot be opened is below another root: taken as begun. */
static bool has_begun(const char *trace)
{
	struct ni_trace_header header = { .flags = 0 };
	FILE *file = fopen(trace, "re");
	size_t size;

	if (!file)
		return true;
	size = fread(&header, sizeof(header), 1, file);
	fclose(file);
	return size && header.flags & NI_TRACE_READY;
}

/* Whether the process has a trace in that directory, one that has begun. The
 * trace of that name (or NULL) does not count. */
static bool records(const char *pid, const char *directory, const char *not_this)
{
	char line[PATH_MAX + 256], *trace = NULL;
	FILE *maps = open_proc(pid, "maps");

	while (maps && !trace && fgets(line, sizeof(line), maps))
		trace = strstr(line, directory);
	if (maps)
		fclose(maps);
	if (!trace)
		return false;
	trace[strcspn(trace, "\n")] = '\0';
	if (not_this && !strcmp(ni_base_name(trace), not_this))
		return false;
	return has_begun(trace);
}

static bool was_told(const char *pid, const char *directory)
{
	static const char name[] = NI_TRACE_ENV_DIRECTORY "=";
	FILE *environment = open_proc(pid, "environ");
	char *variable = NULL;
	size_t room = 0;
	bool is_told = false;

	while (environment && !is_told &&
	       getdelim(&variable, &room, '\0', environment) > 0)
		is_told = !strncmp(variable, name, strlen(name)) &&
			  !strcmp(variable + strlen(name), directory);
	free(variable);
	if (environment)
		fclose(environment);
	return is_told;
}

/* ---- which of them belong to the audit ---------------------------------- */

enum part {
	NO_PART,
	RECORDING,
	SILENT			/* it has no trace, or not yet */
};

static void pause_for(long ns)
{
	nanosleep(&(struct timespec){ .tv_nsec = ns }, NULL);
}

/* A process goes from its old trace to the new environment, and from there to
 * the new trace: asked in this order it cannot slip through. */
static enum part part_of(const char *pid, const char *directory)
{
	if (records(pid, directory, NULL))
		return RECORDING;
	for (int i = 0; is_in_exec(pid) && i < START_PAUSES_MOST; i++)
		pause_for(START_PAUSE_NS);
	if (!was_told(pid, directory))
		return NO_PART;
	return records(pid, directory, NULL) ? RECORDING : SILENT;
}

/* It will record in a moment: preloading reaches it. */
static bool is_starting(const char *pid, const char *recorder)
{
	struct ni_reach reach;
	char path[64];

	if (is_stopped(pid))
		return false;
	snprintf(path, sizeof(path), "/proc/%.20s/exe", pid);
	ni_reach_of(path, recorder, &reach);
	return reach.answer == NI_REACHED;
}

/* How many there are; if a recorder is given, only those that are starting. */
static size_t count(const char *directory, const char *recorder)
{
	unsigned long long own = stat_number("self", STAT_START);
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t found = 0;

	while (proc && (entry = readdir(proc))) {
		const char *pid = entry->d_name;
		enum part part;

		if (!isdigit((unsigned char)*pid) ||
		    stat_number(pid, STAT_START) < own)
			continue;
		part = part_of(pid, directory);
		found += recorder ? part == SILENT && is_starting(pid, recorder)
				  : part != NO_PART;
	}
	if (proc)
		closedir(proc);
	return found;
}

size_t ni_survivors_count(const char *directory)
{
	return count(directory, NULL);
}

void ni_survivors_settle(const char *directory, const char *recorder)
{
	for (int i = 0; i < START_PAUSES_MOST; i++) {
		if (!count(directory, recorder))
			return;
		pause_for(START_PAUSE_NS);
	}
}

bool ni_survivors_begin(pid_t pid, const char *old_trace, const char *directory,
			const char *recorder)
{
	char text[24];

	snprintf(text, sizeof(text), "%d", (int)pid);
	for (int i = 0; i < START_PAUSES_MOST; i++) {
		if (part_of(text, directory) == NO_PART)
			return false;
		if (records(text, directory, old_trace))
			return true;
		if (!is_starting(text, recorder))
			return false;
		pause_for(START_PAUSE_NS);
	}
	return false;
}

void ni_survivors_wait(const char *directory)
{
	const struct timespec pause = { .tv_nsec = WAIT_PAUSE_NS };
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &old);
	while (ni_survivors_count(directory) &&
	       sigtimedwait(&set, NULL, &pause) < 0)
		;
	sigprocmask(SIG_SETMASK, &old, NULL);
}
