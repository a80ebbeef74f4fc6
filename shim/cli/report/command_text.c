/*
 * command_text.c - a command line and a count, as people write them.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "cli/report/kinds.h"

#include "cli/report/printers.h"

static bool needs_quotes(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@%+=:,./_-";

	return !*word || word[strspn(word, plain)];
}

static const char *quoted(struct ni_arena *arena, const char *word)
{
	char *out, *end;

	if (!needs_quotes(word))
		return word;
	out = end = ni_arena_take(arena, 4 * strlen(word) + 3);
	*end++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			end = stpcpy(end, "'\\''");
		else
			*end++ = *word;
	}
	*end = '\'';
	return out;
}

const char *ni_command_text(struct ni_arena *arena, const char *const *argv,
			    size_t size)
{
	const char *text = "";

	for (; argv && *argv; argv++) {
		if (strlen(text) + strlen(*argv) > size && *text)
			return ni_arena_format(arena, "%s ...", text);
		text = ni_arena_format(arena, "%s%s%.*s", text,
				       *text ? " " : "", (int)size,
				       quoted(arena, *argv));
	}
	return text;
}

const char *ni_count_text(struct ni_arena *arena, enum ni_kind kind,
			  uint64_t count)
{
	return ni_arena_format(arena, "%" PRIu64 " %s", count, count == 1 ?
			       ni_kinds[kind].name : ni_kinds[kind].plural);
}
