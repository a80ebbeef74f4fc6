/*
 * same_program.c - the programs that run others, and what of their arguments
 * counts.
 */
#include "common/same_program.h"

#include <string.h>

#include "common/base_name.h"

/* Lists of words, each ended by a NUL, with an empty one at the end. They are
 * in every process, hence packed, and without pointers, each of which would
 * cost a relocation. */

/* Programs that run other programs. */
static const char interpreters[] =
	"Rscript\0awk\0bash\0beam.smp\0csh\0dash\0deno\0emacs\0erl\0"
	"escript\0fish\0gawk\0gjs\0gosh\0guile\0gst\0java\0jimsh\0js\0"
	"jshell\0julia\0ksh\0lua\0luajit\0mawk\0mksh\0mono\0nawk\0node\0"
	"nodejs\0ocaml\0ocamlrun\0octave\0perl\0php\0php-cgi\0pike\0pypy\0"
	"python\0racket\0rakudo\0rbash\0rexx\0ruby\0scheme\0sh\0tclsh\0"
	"tcsh\0wish\0xonsh\0yash\0zsh\0";

/* Many programs in one file; the name in argv[0] tells which. */
static const char multicall[] = "busybox\0coreutils\0toybox\0";

/* ld-linux-x86-64.so.2, ld-linux-aarch64.so.1, ld-musl-x86_64.so.1,
 * ld-2.31.so */
static const char loaders[] = "ld-linux\0ld-musl\0ld-2\0ld.so\0";

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

static bool is_listed(const char *name, const char *list)
{
	for (; *list; list += strlen(list) + 1) {
		size_t length = strlen(list);

		if (!strncmp(name, list, length) && is_version(name + length))
			return true;
	}
	return false;
}

enum ni_program_kind ni_program_kind(const char *path)
{
	const char *name = ni_base_name(path);

	if (is_listed(name, multicall))
		return NI_PROGRAM_MULTICALL;
	return is_listed(name, interpreters) ?
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
	const char *name = ni_base_name(path);

	for (const char *word = loaders; *word; word += strlen(word) + 1)
		if (!strncmp(name, word, strlen(word)))
			return has_library_suffix(name);
	return false;
}

/* An interpreter's first argument is its script; if that is an option (-r, -d,
 * -m ...), all arguments have to be compared. */
struct ni_program_arguments
ni_program_arguments(char *const *argv, size_t count)
{
	struct ni_program_arguments found = { 0 };
	const char *script = NULL;

	if (!argv || !count || !argv[0])
		return found;
	if (count > 1)
		script = argv[1];
	found.called_as = ni_text_hash(ni_base_name(argv[0]));
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
	/* No arguments at all, not even argv[0]. */
	if (!before->called_as || !now->called_as)
		return false;
	return before->script == now->script &&
	       (kind == NI_PROGRAM_INTERPRETER ||
		before->called_as == now->called_as);
}
