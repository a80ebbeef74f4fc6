/*
 * survivors.c - processes of an audit that run on when its command has ended.
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

#define PAUSE_NS 100000000

/* In clock ticks since the boot; 0: not known. */
static unsigned long long start_of(const char *pid)
{
	char path[64], text[1024], *end;
	unsigned long long ticks = 0;
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	size = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[size] = '\0';
	/* The name in brackets may hold anything. */
	end = strrchr(text, ')');
	if (!end || sscanf(end + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			   "%*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
			   &ticks) != 1)
		return 0;
	return ticks;
}

static bool has_mapped(const char *pid, const char *directory)
{
	char path[64], line[PATH_MAX + 256];
	bool is_mapped = false;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%.20s/maps", pid);
	maps = fopen(path, "re");
	while (maps && !is_mapped && fgets(line, sizeof(line), maps))
		is_mapped = strstr(line, directory) != NULL;
	if (maps)
		fclose(maps);
	return is_mapped;
}

size_t ni_survivors_count(const char *directory)
{
	unsigned long long own = start_of("self");
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	while (proc && (entry = readdir(proc)))
		count += isdigit((unsigned char)*entry->d_name) &&
			 start_of(entry->d_name) >= own &&
			 has_mapped(entry->d_name, directory);
	if (proc)
		closedir(proc);
	return count;
}

void ni_survivors_wait(const char *directory)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
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
