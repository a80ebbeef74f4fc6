/*
 * program.c - finding a command and becoming it, as execvp(3) does.
 */
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/result.h"

#include "cli/message.h"
#include "cli/reach/script.h"

/* Whether this very file can be executed, as far as its owner and mode say. */
static int check_executable(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	return ni_result(faccessat(AT_FDCWD, path, X_OK, AT_EACCESS));
}

/* Takes the next directory off a PATH; an empty one is the current one. */
static int next_candidate(const char **rest, const char *name,
			  char path[PATH_MAX])
{
	size_t length = strcspn(*rest, ":");
	int size = snprintf(path, PATH_MAX, "%.*s%s%s", (int)length, *rest,
			    length ? "/" : "", name);

	*rest = (*rest)[length] ? *rest + length + 1 : NULL;
	return size < PATH_MAX ? check_executable(path) : -ENAMETOOLONG;
}

static int search(const char *name, const char *directories,
		  char path[PATH_MAX])
{
	char candidate[PATH_MAX];
	int found = -ENOENT;

	while (directories) {
		int r = next_candidate(&directories, name, candidate);

		if (r == 0) {
			strcpy(path, candidate);
			return 0;
		}
		/* Not that one; the reason is reported if there is no other. */
		if (r == -EACCES || (r == -EISDIR && found == -ENOENT))
			found = r;
	}
	return found;
}

int ni_find_program(const char *name, const char *search_path,
		    char path[PATH_MAX])
{
	int r;

	if (!name[0])
		return -ENOENT;
	if (!strchr(name, '/'))
		return search(name, search_path ? search_path : "/bin:/usr/bin",
			      path);
	if (strlen(name) >= PATH_MAX)
		return -ENAMETOOLONG;
	r = check_executable(name);
	if (r == 0)
		strcpy(path, name);
	return r;
}

static bool looks_like_text(const char *path)
{
	char head[NI_SCRIPT_HEAD];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return false;
	size = read(fd, head, sizeof(head));
	close(fd);
	return size >= 0 && ni_script_is_text(head, (size_t)size);
}

/* argv has at least its first element: the command's name. */
static int become_shell(const char *path, char **argv)
{
	size_t count = 0;
	char **arguments;

	while (argv[count])
		count++;
	arguments = calloc(count + 2, sizeof(*arguments));
	if (!arguments)
		return -ENOMEM;
	arguments[0] = (char *)"/bin/sh";
	arguments[1] = (char *)path;
	memcpy(arguments + 2, argv + 1, (count - 1) * sizeof(*argv));
	execve("/bin/sh", arguments, environ);
	free(arguments);
	return -errno;
}

int ni_become_program(const char *path, char **argv)
{
	execve(path, argv, environ);
	if (errno == ENOEXEC && looks_like_text(path))
		return become_shell(path, argv);
	return -errno;
}

int ni_cannot_run_status(int error)
{
	return error == -ENOENT || error == -ENOTDIR ? NI_EXIT_NOT_FOUND :
						       NI_EXIT_CANNOT_RUN;
}
