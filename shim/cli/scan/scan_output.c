/*
 * scan_output.c - where a scan is written to.
 */
#include "cli/scan/scan_output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/message.h"

static int cannot_write(const char *path, int error)
{
	return ni_error(NI_EXIT_TROUBLE, "scan: cannot write '%s': %s", path,
			strerror(error));
}

/* Whether there is something that a file must not replace. */
static bool is_special(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

int ni_scan_output_open(struct ni_scan_output *output, const char *path)
{
	*output = (struct ni_scan_output){ .file = stdout };
	if (!path || !strcmp(path, "-"))
		return 0;
	output->path = path;
	if (!is_special(path) &&
	    asprintf(&output->unfinished, "%s.%d.new", path,
		     (int)getpid()) < 0)
		return cannot_write(path, ENOMEM);
	output->file = fopen(output->unfinished ? output->unfinished : path,
			     output->unfinished ? "wxe" : "we");
	if (output->file)
		return 0;
	free(output->unfinished);
	return cannot_write(path, errno);
}

int ni_scan_output_close(struct ni_scan_output *output, int status)
{
	int error = 0;

	if (!output->path)
		return ni_flush_output(status);
	if (ferror(output->file) || fflush(output->file) != 0)
		error = errno;
	if (fclose(output->file) != 0 && !error)
		error = errno;
	if (!error && output->unfinished &&
	    rename(output->unfinished, output->path) < 0)
		error = errno;
	if (error && output->unfinished)
		unlink(output->unfinished);
	free(output->unfinished);
	return error ? cannot_write(output->path, error) : status;
}
