/*
 * shell.c - programs whose descriptors are opened by a script's redirections.
 */
#include "cli/report/shell.h"

#include <string.h>

#include "common/array.h"
#include "common/base_name.h"
#include "common/same_program.h"

static const char *const shells[] = {
	"sh", "ash", "bash", "csh", "dash", "fish", "ksh", "ksh93", "mksh",
	"rbash", "tcsh", "yash", "zsh",
};

/* A login shell's name begins with a minus. */
static bool is_name_of_shell(const char *path)
{
	const char *name = ni_base_name(path);

	name += *name == '-';
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (!strcmp(name, shells[i]))
			return true;
	return false;
}

bool ni_is_shell(const struct ni_program *program)
{
	if (ni_program_kind(program->exe) == NI_PROGRAM_MULTICALL)
		return program->argc && is_name_of_shell(program->argv[0]);
	return is_name_of_shell(program->exe);
}

/* Of the arguments, the first that is not an option. */
const char *ni_shell_script(const struct ni_program *program)
{
	for (size_t i = 1; i < program->argc; i++) {
		const char *word = program->argv[i];

		if (*word != '-' && *word != '+')
			return word;
		if (strchr(word, 'c') && word[1] != '-')
			break;
	}
	return NULL;
}

bool ni_shell_is_autoconf(const struct ni_program *program)
{
	static const char *const scripts[] = {
		"configure", "config.status", "testsuite",
	};
	const char *script = ni_shell_script(program);

	for (size_t i = 0; script && i < ARRAY_LEN(scripts); i++)
		if (!strcmp(ni_base_name(script), scripts[i]))
			return true;
	return false;
}
