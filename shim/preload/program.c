#include "preload/program.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "common/raw.h"

static struct {
	/* As exec was given it: AT_EXECFN, behind the environment. Titles are
	 * written up to there; the hash tells whether it is still the same. */
	const char *path;
	uint64_t path_hash;
	uint64_t script;	/* hash of what tells the script */
	uint64_t called_as;	/* hash of argv[0]'s basename */
	char interpreter[32];	/* basename of a script's interpreter */
	char absolute[PATH_MAX];	/* where path was, if it is relative */
} start;

/* Programs that run other programs: the same file is not the same program
 * unless it runs the same script. A version may follow: php8.2, lua5.4. */
static const char interpreters[][12] = {
	"awk", "bash", "beam.smp", "csh", "dash", "deno", "emacs", "erl",
	"fish", "gawk", "gjs", "gosh", "guile", "gst", "java", "jimsh", "js",
	"jshell", "julia", "ksh", "lua", "luajit", "mawk", "mksh", "mono",
	"nawk", "node", "nodejs", "ocaml", "ocamlrun", "octave", "perl", "php",
	"php-cgi", "pike", "pypy", "python", "racket", "rakudo", "rexx",
	"ruby", "scheme", "sh", "tclsh", "tcsh", "wish", "xonsh", "yash", "zsh",
};

/* Many programs in one file: the name they are called by tells which. */
static const char multicall[][12] = { "busybox", "coreutils", "toybox" };

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static uint64_t hash_of(const char *text)
{
	uint64_t hash = 14695981039346656037U;

	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211U;
	return hash;
}

/* An interpreter's first argument is its script; where it is an option (-r, -d,
 * -m ...), only all of them together tell. */
static uint64_t hash_of_script(char *const *argv)
{
	uint64_t hash = hash_of(argv[1]);

	if (argv[1] && argv[1][0] == '-')
		for (argv += 2; *argv; argv++)
			hash = hash * 31 + hash_of(*argv);
	return hash;
}

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
	start.path_hash = hash_of(start.path);
	if (start.path && *start.path != '/')
		read_link("/proc/self/exe", start.absolute,
			  sizeof(start.absolute));
}

/* "" once the program has written over it. */
static const char *start_path(void)
{
	if (!start.path || hash_of(start.path) != start.path_hash)
		return "";
	return start.path;
}

static void copy_arguments(char *const *argv)
{
	start.script = hash_of_script(argv);
	start.called_as = hash_of(base_of(argv[0]));
	/* "#!interpreter [option]": the kernel puts the interpreter first and
	 * the script, whose name AT_EXECFN still is, behind it. */
	if (argv[1] && (hash_of(argv[1]) == start.path_hash ||
			hash_of(argv[2]) == start.path_hash))
		copy_text(start.interpreter, sizeof(start.interpreter),
			  base_of(argv[0]));
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
	const char *base = base_of(path);

	return strlen(base) == length && !memcmp(base, name, length);
}

bool ni_program_is_called(const char *name, size_t length)
{
	if (start.interpreter[0])
		return is_base(start.interpreter, name, length);
	return is_base(start_path(), name, length) ||
	       (start.absolute[0] && is_base(start.absolute, name, length));
}

static bool is_version(const char *text)
{
	return text[strspn(text, "0123456789.-")] == '\0';
}

static bool is_listed(const char *name, const char (*list)[12], size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		size_t length = strlen(list[i]);

		if (!strncmp(name, list[i], length) &&
		    is_version(name + length))
			return true;
	}
	return false;
}

#define IS_LISTED(name, list) \
	is_listed(name, list, sizeof(list) / sizeof((list)[0]))

/* A file that can be more than one program: do the arguments tell that it will
 * be the one it was? The file's own name, which only /proc tells, counts like
 * the one that it was started by: a link may have another. */
static bool fit_arguments(char *const *argv)
{
	char file[PATH_MAX] = "";
	const char *started_as = base_of(start_path()), *own;
	bool is_multicall;

	if (!read_link("/proc/self/exe", file, sizeof(file)))
		file[0] = '\0';
	own = base_of(file);
	is_multicall = IS_LISTED(started_as, multicall) ||
		       IS_LISTED(own, multicall);
	if (!is_multicall && !start.interpreter[0] &&
	    !IS_LISTED(started_as, interpreters) &&
	    !IS_LISTED(own, interpreters))
		return true;
	if (!argv || !argv[0] || hash_of_script(argv) != start.script)
		return false;
	return !is_multicall || hash_of(base_of(argv[0])) == start.called_as;
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
