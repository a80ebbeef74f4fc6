#include "common/same_program.h"

#include <string.h>

/* Programs that run other programs. */
static const char interpreters[][12] = {
	"Rscript", "awk", "bash", "beam.smp", "csh", "dash", "deno", "emacs",
	"erl", "escript", "fish", "gawk", "gjs", "gosh", "guile", "gst", "java",
	"jimsh", "js", "jshell", "julia", "ksh", "lua", "luajit", "mawk",
	"mksh", "mono", "nawk", "node", "nodejs", "ocaml", "ocamlrun",
	"octave", "perl", "php", "php-cgi", "pike", "pypy", "python", "racket",
	"rakudo", "rbash", "rexx", "ruby", "scheme", "sh", "tclsh", "tcsh",
	"wish", "xonsh", "yash", "zsh",
};

/* Many programs in one file: the name they are called by tells which. */
static const char multicall[][12] = { "busybox", "coreutils", "toybox" };

/* ld-linux-x86-64.so.2, ld-linux-aarch64.so.1, ld-musl-x86_64.so.1, ld-2.31.so */
static const char loaders[][12] = { "ld-linux", "ld-musl", "ld-2", "ld.so" };

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

const char *ni_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

uint64_t ni_text_hash(const char *text)
{
	uint64_t hash = 14695981039346656037U;

	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211U;
	return hash;
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

enum ni_program_kind ni_program_kind(const char *path)
{
	const char *name = ni_path_base(path);

	if (is_listed(name, multicall, ROWS(multicall)))
		return NI_PROGRAM_MULTICALL;
	return is_listed(name, interpreters, ROWS(interpreters)) ?
		NI_PROGRAM_INTERPRETER : NI_PROGRAM_PLAIN;
}

/* ".so" somewhere: GNU ld may be called ld-2.40. */
static bool has_library_suffix(const char *name)
{
	while ((name = strchr(name, '.')) && strncmp(name, ".so", 3))
		name++;
	return name != NULL;
}

bool ni_program_is_loader(const char *path)
{
	const char *name = ni_path_base(path);

	for (size_t i = 0; i < ROWS(loaders); i++)
		if (!strncmp(name, loaders[i], strlen(loaders[i])))
			return has_library_suffix(name);
	return false;
}

/* An interpreter's first argument is its script; where it is an option (-r, -d,
 * -m ...), only all of them together tell. */
struct ni_program_arguments
ni_program_arguments(char *const *argv, size_t count)
{
	struct ni_program_arguments found = { 0 };
	const char *script = NULL;

	if (!argv || !count || !argv[0])
		return found;
	if (count > 1)
		script = argv[1];
	found.called_as = ni_text_hash(ni_path_base(argv[0]));
	found.script = ni_text_hash(script);
	if (script && *script == '-')
		for (size_t i = 2; i < count && argv[i]; i++)
			found.script = found.script * 31 +
				       ni_text_hash(argv[i]);
	return found;
}

bool ni_program_is_again(enum ni_program_kind kind,
			 const struct ni_program_arguments *before,
			 const struct ni_program_arguments *now)
{
	if (kind == NI_PROGRAM_PLAIN)
		return true;
	/* No arguments at all: not even a name. */
	if (!before->called_as || !now->called_as)
		return false;
	return before->script == now->script &&
	       (kind == NI_PROGRAM_INTERPRETER ||
		before->called_as == now->called_as);
}
