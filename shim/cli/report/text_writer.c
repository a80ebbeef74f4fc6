/*
 * text_writer.c - the pieces of the report for people.
 */
#include "cli/report/text_writer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"
#include "cli/report/place.h"
#include "cli/printable.h"

#define WIDEST_FUNCTION 48

static const char *const colours[] = {
	[NI_TEXT_PLAIN] = "", [NI_TEXT_BAD] = "\033[1;31m", [NI_TEXT_WEAK] = "\033[1;33m",
	[NI_TEXT_FIX] = "\033[1;32m", [NI_TEXT_DIM] = "\033[2m", [NI_TEXT_BOLD] = "\033[1m",
};

bool ni_text_has_colour(FILE *out)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

	return (!no_colour || !*no_colour) && term && strcmp(term, "dumb") &&
	       isatty(fileno(out));
}

/* Paths, arguments and symbols are foreign: none of them may reach the
 * terminal unescaped. */
static void write_safely(struct ni_page *page, const char *text)
{
	char *safe = ni_printable_copy(text);

	fputs(safe ? safe : "?", page->out);
	free(safe);
}

void ni_text_put(struct ni_page *page, enum ni_text_colour colour,
		const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	if (!text)
		return;
	if (page->is_coloured)
		fputs(colours[colour], page->out);
	write_safely(page, text);
	if (page->is_coloured && colour != NI_TEXT_PLAIN)
		fputs("\033[0m", page->out);
	free(text);
}

void ni_text_end_line(struct ni_page *page)
{
	fputc('\n', page->out);
}

/* ---- stacks ------------------------------------------------------------- */

static int function_width(const struct ni_stack *stack, size_t depth)
{
	size_t widest = 0;

	for (size_t i = 0; i < depth; i++) {
		const char *name = stack->frames[i].function;
		size_t length = name ? strlen(name) : 1;

		if (length > widest)
			widest = length;
	}
	return widest < WIDEST_FUNCTION ? (int)widest : WIDEST_FUNCTION;
}

static void put_frame(struct ni_page *page, const struct ni_frame *frame,
		      size_t number, int width)
{
	const char *file = ni_place_file(frame, page->report->source_root);
	bool is_script = frame->function && frame->location->runtime;

	ni_text_put(page, NI_TEXT_DIM, "    #%-2zu ", number);
	if (is_script)
		ni_text_put(page, NI_TEXT_PLAIN, "%s", frame->function);
	else
		ni_text_put(page, NI_TEXT_PLAIN, "%-*s  ", width,
			    frame->function ? frame->function : "?");
	if (file && frame->line)
		ni_text_put(page, NI_TEXT_PLAIN, "%s:%u", file, frame->line);
	else if (!is_script)
		ni_text_put(page, NI_TEXT_PLAIN, "%s+0x%" PRIx64,
		    ni_place_module_name(frame), frame->location->offset);
	if (frame->is_inlined)
		ni_text_put(page, NI_TEXT_DIM, "  (inlined)");
	ni_text_end_line(page);
}

/* What runs before main, or before a thread's function: nobody's to change. */
static const char *const beginnings[] = {
	"__libc_start_call_main", "__libc_start_main_impl",
	"__libc_start_main", "_start", "start_thread", "clone", "clone3",
	"__clone", "__clone3",
};

static bool is_beginning(const struct ni_frame *frame)
{
	for (size_t i = 0; frame->function && i < ARRAY_LEN(beginnings); i++)
		if (!strcmp(frame->function, beginnings[i]))
			return true;
	return false;
}

/* Without the beginning, unless there is nothing else. */
static size_t depth_shown(const struct ni_stack *stack)
{
	size_t depth = stack->depth;

	while (depth > 1 && is_beginning(&stack->frames[depth - 1]))
		depth--;
	/* Stripped, _start has no name; what called main is still known. */
	if (depth > 2 && !stack->frames[depth - 1].function &&
	    is_beginning(&stack->frames[depth - 2]))
		for (depth--; depth > 1 &&
		     is_beginning(&stack->frames[depth - 1]); depth--)
			;
	return depth;
}

void ni_text_put_stack(struct ni_page *page, const struct ni_stack *stack)
{
	size_t depth = depth_shown(stack);
	int width = function_width(stack, depth);

	for (size_t i = 0; i < depth; i++)
		put_frame(page, &stack->frames[i], i, width);
	if (stack->is_cut || stack->is_of_signal) {
		ni_text_put(page, NI_TEXT_DIM, stack->is_cut ?
			    "    ... the stack goes on, unrecorded" :
			    "    ... a signal handler: what it interrupted is not recorded");
		ni_text_end_line(page);
	}
}

const char *ni_text_times(struct ni_page *page, uint64_t count)
{
	if (count == 1)
		return "once";
	return ni_arena_format(&page->report->arena, "%" PRIu64 " times",
			       count);
}

const char *ni_text_join(struct ni_page *page, const struct ni_distinct *texts,
			 size_t most)
{
	struct ni_arena *arena = &page->report->arena;
	const char *text = "";

	for (uint32_t i = 0; i < texts->count && i < most; i++)
		text = ni_arena_format(arena, "%s%s%s", text, i ? ", " : "",
				       (const char *)ni_distinct_bytes(texts, i,
								       NULL));
	if (texts->count > most)
		text = ni_arena_format(arena, "%s and %zu more", text,
				       texts->count - most);
	return text;
}
