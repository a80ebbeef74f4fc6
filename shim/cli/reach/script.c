/*
 * script.c - the first line of a script, as the kernel and env(1) read it.
 */
#include "cli/reach/script.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#define BLANKS " \t"

static void copy(char *to, const char *from, size_t length)
{
	memcpy(to, from, length);
	to[length] = '\0';
}

/*
 * As Linux 6 does (fs/binfmt_script.c): one argument at most, blanks inside it
 * kept; a line that is longer than the buffer is fine only if the interpreter's
 * name has certainly ended.
 */
int ni_script_read(const char *head, size_t size, struct ni_script *script)
{
	char line[NI_SCRIPT_HEAD + 1];
	const char *name, *argument;
	size_t length, whole;

	if (size > NI_SCRIPT_HEAD)
		size = NI_SCRIPT_HEAD;
	if (size < 2 || head[0] != '#' || head[1] != '!')
		return -ENOEXEC;
	copy(line, head + 2, size - 2);
	whole = strcspn(line, "\n");
	name = line + strspn(line, BLANKS);
	length = strcspn(name, BLANKS "\n");
	if (whole == NI_SCRIPT_HEAD - 2 && !name[length])
		return -ENOEXEC;
	line[whole] = '\0';
	while (whole && strchr(BLANKS, line[whole - 1]))
		line[--whole] = '\0';
	length = strcspn(name, BLANKS);
	if (!length || name >= line + whole)
		return -ENOEXEC;
	copy(script->interpreter, name, length);
	argument = name + length + strspn(name + length, BLANKS);
	copy(script->argument, argument, strlen(argument));
	return 0;
}

bool ni_script_is_text(const char *head, size_t size)
{
	const char *newline = memchr(head, '\n', size);

	if (size >= SELFMAG && !memcmp(head, ELFMAG, SELFMAG))
		return false;
	if (newline)
		size = (size_t)(newline - head);
	return !memchr(head, '\0', size);
}

/* Whether the option makes env clear the environment. No option is skipped that
 * might take a value of its own. */
static bool clears(const char *word)
{
	return !strcmp(word, "-") || !strcmp(word, "--ignore-environment") ||
	       (word[0] == '-' && word[1] != '-' && strchr(word, 'i'));
}

static bool has_no_value(const char *word)
{
	return !strcmp(word, "--") || !strcmp(word, "--debug") ||
	       !strcmp(word, "--ignore-environment") ||
	       (word[0] == '-' && strspn(word + 1, "iv") == strlen(word + 1));
}

/* Without quotes, escapes, variables and comments there are only words; a text
 * that has any of these is left undecided. */
static void read_words(char *text, struct ni_env_script *found)
{
	char *rest = NULL;

	if (strpbrk(text, "\\\"'$#"))
		return;
	for (char *word = strtok_r(text, BLANKS, &rest); word;
	     word = strtok_r(NULL, BLANKS, &rest)) {
		if (word[0] == '-') {
			found->clears_environment |= clears(word);
			if (!has_no_value(word))
				return;
		} else if (!strchr(word, '=')) {
			copy(found->command, word, strlen(word));
			return;
		}
	}
}

/* The kernel hands on one argument: with spaces in it, it is the name of one
 * command, unless -S tells env to split it. */
void ni_env_script_read(const char *argument, struct ni_env_script *found)
{
	static const char *const splitters[] = {
		"-S", "-vS", "-iS", "--split-string=", "--split-string"
	};
	char text[NI_SCRIPT_HEAD];

	memset(found, 0, sizeof(*found));
	for (size_t i = 0; i < sizeof(splitters) / sizeof(splitters[0]); i++) {
		size_t size = strlen(splitters[i]);

		if (strncmp(argument, splitters[i], size))
			continue;
		found->clears_environment = splitters[i][1] == 'i';
		copy(text, argument + size, strlen(argument + size));
		read_words(text, found);
		return;
	}
	if (argument[0] == '-')
		found->clears_environment = clears(argument);
	else if (!strchr(argument, '='))
		copy(found->command, argument, strlen(argument));
}
