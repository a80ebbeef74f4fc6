/*
 * program.c - what names this program: path, file, arguments, as hashes.
 */
#include "preload/program.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "common/base_name.h"
#include "common/raw.h"
#include "common/same_program.h"

static struct {
	/* As it was given to exec: AT_EXECFN, which lies after the environment.
	 * A program that writes its title may overwrite it; the hash tells. */
	const char *path;
	const char *base;	/* within path */
	uint64_t path_hash;
	struct ni_program_arguments arguments;
	char interpreter[32];	/* basename of a script's interpreter */
	char absolute[PATH_MAX];	/* of path, if that is relative */
} start;

/* Room for the executable's path, on stacks that may be small. */
enum { LINK_SIZE = 512 };

static bool copy_text(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);

	if (length >= size)
		return false;
	memcpy(to, from, length + 1);
	return true;
}

bool ni_program_is_set_id(void)
{
	static char answer;	/* 0: not asked yet */

	if (!answer)
		answer = getauxval(AT_SECURE) ? 'y' : 'n';
	return answer == 'y';
}

/* The working directory may be another one by the time of an exec. */
static void note_absolute(const char *path)
{
	const size_t room = sizeof(start.absolute);
	long size = ni_raw3(SYS_getcwd, (long)start.absolute, (long)room, 0);
	size_t length = size > 0 ? (size_t)size - 1 : 0;

	/* Neither "(unreachable)/..." nor what does not fit. */
	if (*start.absolute != '/' || length + 1 >= room ||
	    !copy_text(start.absolute + length + 1, room - length - 1, path))
		start.absolute[0] = '\0';
	else
		start.absolute[length] = '/';
}

static void note_path(void)
{
	start.path = (const char *)getauxval(AT_EXECFN);
	start.path_hash = ni_text_hash(start.path);
	if (start.path)
		start.base = ni_base_name(start.path);
	if (start.path && *start.path != '/')
		note_absolute(start.path);
}

/* "" if the program has overwritten it. */
static const char *start_path(void)
{
	if (!start.path || ni_text_hash(start.path) != start.path_hash)
		return "";
	return start.path;
}

static void copy_arguments(char *const *argv)
{
	start.arguments = ni_program_arguments(argv, SIZE_MAX);
	/* "#!interpreter [option]": the kernel puts the interpreter first and
	 * the script after it, while AT_EXECFN remains the script's name. */
	if (argv[1] && (ni_text_hash(argv[1]) == start.path_hash ||
			ni_text_hash(argv[2]) == start.path_hash))
		copy_text(start.interpreter, sizeof(start.interpreter),
			  ni_base_name(argv[0]));
}

void ni_program_start(char *const *argv)
{
	if (ni_program_is_set_id())
		return;
	if (!start.path)
		note_path();
	if (argv && argv[0])
		copy_arguments(argv);
}

/* ---- names ---- */

/* The answer is nearly always no; then it need not be checked whether the path
 * is still what it was. */
bool ni_program_is_called(const char *name, size_t length)
{
	const char *base = start.interpreter[0] ? start.interpreter :
						  start.base;

	return base && !strncmp(base, name, length) && !base[length] &&
	       (base == start.interpreter || *start_path());
}

bool ni_program_is_launcher(void)
{
	return start.base && !strncmp(start.base, "valgrind", 8);
}

/* The file's own path, from /proc; "" if it is not there, or too long for this
 * buffer. */
static void read_executable(char path[LINK_SIZE])
{
	static const char deleted[] = " (deleted)";
	const size_t end = sizeof(deleted) - 1;
	long length = ni_raw6(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe",
			      (long)path, LINK_SIZE, 0, 0);

	if (length <= 0 || length == LINK_SIZE)
		length = 0;
	path[length] = '\0';
	if ((size_t)length > end && !strcmp(path + length - end, deleted))
		path[(size_t)length - end] = '\0';
}

static enum ni_program_kind highest(enum ni_program_kind a,
				    enum ni_program_kind b)
{
	return a > b ? a : b;
}

/* The file's own name counts as well as the one by which it was started, which
 * may be that of a link. */
static enum ni_program_kind kind_of_start(const char *executable)
{
	enum ni_program_kind kind = highest(ni_program_kind(start_path()),
					    ni_program_kind(executable));

	if (start.interpreter[0])
		kind = highest(kind, NI_PROGRAM_INTERPRETER);
	return kind;
}

/* A file that can act as several programs: do the arguments show that it will
 * be the same one again? */
static bool fit_arguments(char *const *argv, const char *executable)
{
	struct ni_program_arguments now = ni_program_arguments(argv, SIZE_MAX);

	return ni_program_is_again(kind_of_start(executable), &start.arguments,
				   &now);
}

/* ---- files ---- */

static long stat_file(const struct ni_file *file, struct stat *status)
{
	return ni_raw6(SYS_newfstatat, file->directory, (long)file->path,
		       (long)status, file->flags, 0, 0);
}

static bool is_file_at(const struct stat *status, const char *path)
{
	const struct ni_file file = { AT_FDCWD, path, 0 };
	struct stat other;

	return *path == '/' && stat_file(&file, &other) == 0 &&
	       other.st_dev == status->st_dev && other.st_ino == status->st_ino;
}

/* Such a path leads to whatever has that number now. */
static bool is_descriptor(const char *path)
{
	return !strncmp(path, "/dev/fd/", 8) || !strncmp(path, "/proc/", 6);
}

/* Does the path of the start now lead to this file? An upgrade renames a new
 * binary over the old one, or redirects a link. */
static bool is_at_start_path(const struct stat *status)
{
	const char *path = start.absolute[0] ? start.absolute : start_path();

	return !is_descriptor(path) && is_file_at(status, path);
}

/* @status: of the file. It is the same program if it is at the path of the
 * start, or if this process is running it: an upgrade may move the old binary
 * away. */
static bool is_same(const struct stat *status, char *const *argv)
{
	char executable[LINK_SIZE];

	read_executable(executable);
	if (ni_program_is_set_id())
		return ni_program_kind(executable) == NI_PROGRAM_PLAIN &&
		       !ni_program_is_loader(executable) &&
		       is_file_at(status, "/proc/self/exe");
	if (is_at_start_path(status))
		return start.interpreter[0] ||	/* the script itself */
		       fit_arguments(argv, executable);
	return !ni_program_is_loader(executable) &&
	       is_file_at(status, "/proc/self/exe") &&
	       fit_arguments(argv, executable);
}

bool ni_program_is_same(const struct ni_file *file, char *const *argv)
{
	struct ni_file loaded = { AT_FDCWD, NULL, 0 };
	struct stat status;

	/* If the path cannot be used, exec will say so. */
	if (stat_file(file, &status) < 0)
		return false;
	if (!ni_program_is_loader(file->path))
		return is_same(&status, argv);
	/* The loader runs its first argument; its options are not supported. */
	if (argv && argv[0] && argv[1] && argv[1][0] != '-')
		loaded.path = argv[1];
	return loaded.path && !ni_program_is_set_id() &&
	       stat_file(&loaded, &status) == 0 && is_same(&status, argv + 1);
}
