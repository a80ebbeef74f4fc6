/*
 * script_frames.c - what runtimes need so that stacks lead through their
 * scripts, and the scripts' functions have names.
 */
#include "cli/script_frames.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/array.h"

/* Added to what is in the variable. A Java that does not know an option ignores
 * it. */
static const struct {
	const char *variable, *words;
} added[] = {
	/* The second one gives each function that is not compiled yet code of
	 * its own to return to. */
	{ "NODE_OPTIONS",
	  "--perf-basic-prof --interpreted-frames-native-stack" },
	{ "JAVA_TOOL_OPTIONS",
	  "-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions"
	  " -XX:+PreserveFramePointer -XX:+DumpPerfMapAtExit" },
};

static int add(const char *variable, const char *words)
{
	const char *before = getenv(variable);
	char *all;
	int r = 0;

	if (!before || !*before)
		return setenv(variable, words, 1) < 0 ? -errno : 0;
	if (asprintf(&all, "%s %s", before, words) < 0)
		return -ENOMEM;
	if (setenv(variable, all, 1) < 0)
		r = -errno;
	free(all);
	return r;
}

int ni_script_frames_ask(void)
{
	for (size_t i = 0; i < ARRAY_LEN(added); i++) {
		int r = add(added[i].variable, added[i].words);

		if (r < 0)
			return r;
	}
	return setenv("PYTHONPERFSUPPORT", "1", 1) < 0 ? -errno : 0;
}
