/*
 * launch.c - the steps of a verb that runs a command, each with its message.
 */
#include "cli/launch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/artefact.h"
#include "cli/message.h"
#include "cli/preload_list.h"
#include "cli/program.h"
#include "cli/reach/reach.h"

int ni_find_preload(const char *verb, const char *file, char path[PATH_MAX])
{
	int r = ni_find_artefact(file, path);

	if (r < 0)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: cannot find %s beside this command or in its library directory: %s; install it there",
				verb, file, strerror(-r));
	if (!ni_preload_can_carry(path))
		return ni_error(NI_EXIT_TROUBLE,
				"%s: LD_PRELOAD cannot carry '%s': it has a space, ':' or '$' in it; install noinherit in another directory",
				verb, path);
	return 0;
}

int ni_preload(const char *verb, const char *const *objects)
{
	char *list = ni_preload_list(getenv("LD_PRELOAD"), objects);
	int r = list ? setenv("LD_PRELOAD", list, 1) : -1;

	free(list);
	return r == 0 ? 0 : ni_error(NI_EXIT_TROUBLE, "%s: %s", verb,
				     strerror(ENOMEM));
}

int ni_find_command(const char *verb, const char *name, char path[PATH_MAX])
{
	int r = ni_find_program(name, getenv("PATH"), path);

	return r == 0 ? 0 : ni_error(ni_cannot_run_status(r),
				     "%s: cannot run '%s': %s", verb, name,
				     strerror(-r));
}

/* Which file it is about, where that is not the one that was named. */
static const char *whose(const char *name, const struct ni_reach *reach)
{
	const char *slash = strrchr(reach->file, '/');

	return strcmp(name, slash && !strchr(name, '/') ? slash + 1 :
							  reach->file) ?
		reach->file : "";
}

void ni_warn_unreached(const char *verb, const char *name,
		       const struct ni_reach *reach, const char *advice)
{
	const char *file = whose(name, reach);

	/* If the kernel refuses it, as is likely then, the line says that. */
	if (reach->answer != NI_NOT_REACHED || reach->is_foreign)
		return;
	ni_warning("%s: '%s' is not reached: %s%s%s; it runs %s%s", verb, name,
		   file, file[0] ? ": " : "", reach->why, reach->is_harmed ?
		   "without noinherit, and so does what it starts" :
		   "as it is", reach->is_harmed ? "" : advice);
}

/* Where the file showed why it cannot run, that tells more than an errno. */
static bool is_explained(const struct ni_reach *reach)
{
	return reach->answer == NI_REACH_CANNOT_RUN ||
	       reach->answer == NI_REACH_NOT_FOUND || reach->is_foreign;
}

int ni_launch(const char *verb, const char *path, char **argv,
	      const struct ni_reach *reach)
{
	int r = ni_become_program(path, argv);
	const char *file = whose(argv[0], reach);

	if (!is_explained(reach))
		return ni_error(ni_cannot_run_status(r),
				"%s: cannot run '%s': %s", verb, argv[0],
				strerror(-r));
	return ni_error(ni_cannot_run_status(r), "%s: cannot run '%s': %s%s%s",
			verb, argv[0], file, file[0] ? ": " : "", reach->why);
}
