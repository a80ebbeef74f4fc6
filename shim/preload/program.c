#include "preload/program.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "common/raw.h"
#include "common/same_program.h"

static struct {
	/* As exec was given it: AT_EXECFN, behind the environment. Titles are
	 * written up to there; the hash tells whether it is still the same. */
	const char *path;
	uint64_t path_hash;
	struct ni_program_arguments arguments;
	char interpreter[32];	/* basename of a script's interpreter */
	char absolute[PATH_MAX];	/* where path was, if it is relative */
} start;

static bool copy_text(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);

	if (length >= size)
		return false;
	memcpy(to, from, length + 1);
	return true;
}

static bool read_link(const char *link, char *to, size_t size)
{
	long length = ni_raw6(SYS_readlinkat, AT_FDCWD, (long)link, (long)to,
			      (long)size - 1, 0, 0);

	if (length <= 0)
		return false;
	to[length] = '\0';
	return true;
}

static void note_path(void)
{
	start.path = (const char *)getauxval(AT_EXECFN);
	start.path_hash = ni_text_hash(start.path);
	if (start.path && *start.path != '/')
		read_link("/proc/self/exe", start.absolute,
			  sizeof(start.absolute));
}

/* "" once the program has written over it. */
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
	 * the script, whose name AT_EXECFN still is, behind it. */
	if (argv[1] && (ni_text_hash(argv[1]) == start.path_hash ||
			ni_text_hash(argv[2]) == start.path_hash))
		copy_text(start.interpreter, sizeof(start.interpreter),
			  ni_path_base(argv[0]));
}

void ni_program_start(char *const *argv)
{
	if (!start.path)
		note_path();
	if (argv && argv[0])
		copy_arguments(argv);
}

/* The names under which the executable may be known: the one it was started
 * by, and the file's own, which only /proc tells. */
static bool is_base(const char *path, const char *name, size_t length)
{
	const char *base = ni_path_base(path);

	return strlen(base) == length && !memcmp(base, name, length);
}

bool ni_program_is_called(const char *name, size_t length)
{
	if (start.interpreter[0])
		return is_base(start.interpreter, name, length);
	return is_base(start_path(), name, length) ||
	       (start.absolute[0] && is_base(start.absolute, name, length));
}

static enum ni_program_kind highest(enum ni_program_kind a,
				    enum ni_program_kind b)
{
	return a > b ? a : b;
}

/* The file's own name, which only /proc tells, counts like the one that it was
 * started by: a link may have another. */
static enum ni_program_kind kind_of_start(void)
{
	char file[PATH_MAX];
	enum ni_program_kind kind = ni_program_kind(start_path());

	if (start.interpreter[0])
		kind = highest(kind, NI_PROGRAM_INTERPRETER);
	if (read_link("/proc/self/exe", file, sizeof(file)))
		kind = highest(kind, ni_program_kind(file));
	return kind;
}

/* A file that can be more than one program: do the arguments tell that it will
 * be the one it was? */
static bool fit_arguments(char *const *argv)
{
	struct ni_program_arguments now = ni_program_arguments(argv, SIZE_MAX);

	return ni_program_is_again(kind_of_start(), &start.arguments, &now);
}

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

/* An upgrade renames the new binary over the old one (then the old path leads
 * to the new file) or moves the old one away (then /proc/self/exe does not
 * lead to the path any more): both are asked. */
static bool is_same_file(const struct stat *status)
{
	return is_file_at(status, "/proc/self/exe") ||
	       is_file_at(status, start_path()) ||
	       is_file_at(status, start.absolute);
}

bool ni_program_is_same(const struct ni_file *file, char *const *argv)
{
	struct stat status;
	long found = stat_file(file, &status);
	bool is_start_path;

	/* A path that cannot be read is exec's to answer. */
	if (found == -EFAULT)
		return false;
	is_start_path = file->directory == AT_FDCWD && *file->path &&
			!strcmp(file->path, start_path());
	if (is_start_path && start.interpreter[0])
		return true;	/* the script itself */
	return (is_start_path || (found == 0 && is_same_file(&status))) &&
	       fit_arguments(argv);
}
