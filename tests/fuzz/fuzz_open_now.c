/*
 * fuzz_open_now.c - any bytes as the files of /proc in which report --open looks
 * for the recording of a process, and whether the process runs.
 *
 * Input: the texts of maps, stat and limits, each ended by a zero byte. Besides
 * not crashing: the directory that is found is a path, and no number is negative.
 *
 * Links with: shim/cli/recording_directory.c shim/cli/message.c shim/cli/printable.c
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *proc_text[3];

/* Used instead of reading a file of /proc. */
static FILE *simulated_fopen(const char *path, const char *mode)
{
	static const char *const names[] = { "/maps", "/stat", "/limits" };
	const char *name = strrchr(path, '/');

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]) && *proc_text[i])
			return fmemopen((void *)(uintptr_t)proc_text[i],
					strlen(proc_text[i]), mode);
	errno = ENOENT;
	return NULL;
}

#define fopen simulated_fopen
#include "../../shim/cli/report/open_now.c"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void find(void)
{
	char directory[PATH_MAX];

	memset(directory, 'x', sizeof(directory));
	if (ni_open_find(1, directory) == 0 &&
	    (*directory != '/' || !memchr(directory, 0, sizeof(directory))))
		abort();
}

static void look(void)
{
	struct ni_open_process process = {
		.pid = getpid(), .trace = "1.aaaaaa.trace",
		.time_ns = UINT64_MAX / 2, .kernel_open = -1, .limit = -1,
	};
	struct ni_report report = { .open = &process, .open_count = 1 };

	if (ni_open_look(&report) && (process.kernel_open < 0 ||
				      process.standard_open < 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 3), *at = text;

	memcpy(text, bytes, size);
	memset(text + size, 0, 3);
	for (size_t i = 0; i < 3; i++) {
		proc_text[i] = at;
		at += at < text + size ? strlen(at) + 1 : 0;
	}
	find();
	look();
	free(text);
	return 0;
}
