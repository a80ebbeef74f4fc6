/*
 * suppression_writer.c - writes the rule that matches a finding, and little
 * else.
 *
 * It names what stays the same when the program is built again: functions that
 * are in the source, not what the optimiser made of them, and of what was open
 * the part that is not a number.
 */
#include "cli/report/suppressions.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "cli/report/kinds.h"
#include "cli/report/place.h"
#include "common/base_name.h"

/* The innermost functions tell the place; what calls them may change. */
#define MOST_FRAMES 4

/* What ends a line, or is trimmed off its end. */
static bool is_lost_in_a_file(const char *text)
{
	return (unsigned char)*text < ' ' || (*text == ' ' && !text[1]);
}

/* A text as a glob that matches it, on one line. */
static const char *quoted(struct ni_arena *arena, const char *text)
{
	char *out = ni_arena_take(arena, 2 * strlen(text) + 1), *end = out;

	for (; *text; text++) {
		if (strchr("*?[\\", *text))
			*end++ = '\\';
		*end++ = is_lost_in_a_file(text) ? '?' : *text;
	}
	return out;
}

/* ---- stacks ------------------------------------------------------------- */

/* Without a name only the address tells the place; a new build has another. */
static const char *frame_line(struct ni_arena *arena,
			      const struct ni_frame *frame)
{
	const struct ni_module *module = frame->location->module;

	if (frame->function)
		return ni_arena_format(arena, "   fun:%s\n",
				       quoted(arena, frame->function));
	return ni_arena_format(arena, "   obj:%s%s+0x%" PRIx64 "\n",
			       strchr(module->path, '/') ? "*/" : "",
			       quoted(arena, ni_base_name(module->path)),
			       frame->location->offset);
}

/* What one build inlines, another does not. Of frames without a name, only the
 * one that is to be fixed is worth its address. */
static bool is_stable(const struct ni_frame *frame, bool is_culprit)
{
	const struct ni_module *module = frame->location->module;

	if (frame->function)
		return !frame->is_inlined;
	return is_culprit && module && *module->path;
}

/* From the frame that is to be fixed outwards. */
static const char *stack_lines(struct ni_arena *arena, const char *lines,
			       const struct ni_stack *stack)
{
	const struct ni_frame *culprit = ni_place_culprit(stack);
	bool is_gap = culprit != stack->frames;
	const struct ni_frame *frame = culprit;
	size_t count = 0;

	for (; frame && frame < stack->frames + stack->depth &&
	     count < MOST_FRAMES; frame++) {
		if (!is_stable(frame, frame == culprit)) {
			is_gap = true;
			continue;
		}
		lines = ni_arena_format(arena, "%s%s%s", lines,
					is_gap ? "   ...\n" : "",
					frame_line(arena, frame));
		is_gap = false;
		count++;
	}
	return lines;
}

/* ---- what was open ------------------------------------------------------ */

/* Numbers in a path belong to one run: a process, a counter, a version. */
static const char *without_numbers(struct ni_arena *arena, const char *text)
{
	char *out = ni_arena_take(arena, 2 * strlen(text) + 1), *end = out;

	while (*text) {
		if (isdigit((unsigned char)*text)) {
			*end++ = '*';
			text += strspn(text, "0123456789");
			continue;
		}
		*end++ = *text++;
	}
	return out;
}

/* The names in such a directory are different in each run. */
static const char *temporary_directory(const char *path)
{
	static const char *const directories[] = { "/tmp/", "/var/tmp/" };

	for (size_t i = 0; i < 2; i++)
		if (!strncmp(path, directories[i], strlen(directories[i])))
			return directories[i];
	return NULL;
}

/* Sockets by what they are and do: addresses differ from run to run. */
static const char *what_glob(struct ni_arena *arena, const struct ni_what *what)
{
	const char *directory;

	if (what->family)
		return ni_arena_format(arena, "%s%s%s*", what->type,
				       what->state ? " " : "",
				       what->state ? what->state : "");
	if (!what->path || *what->path != '/')
		return ni_arena_format(arena, "%s*", what->type);
	directory = temporary_directory(what->path);
	if (directory)
		return ni_arena_format(arena, "%s %s*", what->type, directory);
	return ni_arena_format(arena, "%s %s", what->type,
			       without_numbers(arena, quoted(arena,
							     what->path)));
}

/* A state that the text does not show is not part of the rule. */
static const char *what_line(struct ni_arena *arena,
			     const struct ni_finding *finding)
{
	struct ni_what what = finding->what;

	if (what.state && !strstr(finding->text, what.state))
		what.state = NULL;
	return what_glob(arena, &what);
}

/* ---- the block ---------------------------------------------------------- */

const char *ni_suppressions_block(struct ni_report *report,
				  const struct ni_finding *finding)
{
	struct ni_arena *arena = &report->arena;
	const char *exe = quoted(arena, ni_base_name(finding->program->exe));
	const char *to = finding->to ?
		quoted(arena, ni_base_name(finding->to->exe)) : NULL;
	const char *lines = ni_arena_format(arena,
					    "{\n   %s of %s%s%s\n   %s\n",
					    finding->what.type, exe,
					    to ? " into " : "", to ? to : "",
					    ni_kinds[finding->kind].name);

	if (finding->created)
		lines = stack_lines(arena, lines, finding->created);
	/* Where the program only passed it on, it does not matter how. */
	if (finding->at && !finding->through) {
		lines = ni_arena_format(arena, "%s   at:\n", lines);
		lines = stack_lines(arena, lines, finding->at);
	}
	lines = ni_arena_format(arena, "%s   exe:*%s\n   what:%s\n", lines,
				exe, what_line(arena, finding));
	if (to)
		lines = ni_arena_format(arena, "%s   to:*%s\n", lines, to);
	return ni_arena_format(arena, "%s}\n", lines);
}
