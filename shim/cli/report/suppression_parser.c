/*
 * suppression_parser.c - reads rules, and says which line is wrong.
 */
#include "cli/report/suppressions.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "cli/report/kinds.h"
#include "cli/report/suppression_rules.h"

struct parser {
	struct ni_suppressions *suppressions;
	struct ni_suppressions_error *error;
	const char *source;
	unsigned line;
	enum { OUTSIDE, NAME, KINDS, RULES } expects;
	struct ni_suppression rule;
	struct ni_frame_pattern *frames;	/* of the stack that is being read */
	size_t frame_count, frame_room;
	bool is_at;			/* that stack is the second one */
};

static int fail(struct parser *parser, const char *what)
{
	parser->error->line = parser->line;
	parser->error->what = what;
	return -EINVAL;
}

static const char *copy(struct parser *parser, const char *text, size_t length)
{
	return ni_arena_copy(parser->suppressions->arena, text, length);
}

static int parse_kinds(struct parser *parser, const char *text, size_t length,
		       unsigned *kinds)
{
	const char *bad;
	size_t bad_length;

	if (length == 1 && *text == '*') {
		*kinds = NI_KINDS_ALL;
		return 0;
	}
	if (ni_kinds_parse(copy(parser, text, length), kinds, &bad,
			   &bad_length) < 0)
		return fail(parser,
			    ni_arena_format(parser->suppressions->arena,
					    "unknown kind of finding: '%.*s'",
					    (int)bad_length, bad));
	return 0;
}

static void keep_rule(struct parser *parser)
{
	struct ni_suppressions *all = parser->suppressions;
	struct ni_suppression *row = ni_array_push(&all->rows, &all->count,
						   &all->room, sizeof(*row));

	*row = parser->rule;
	parser->rule = (struct ni_suppression){ 0 };
}

/* The frames read so far become a stack of the rule. */
static void end_stack(struct parser *parser)
{
	struct ni_frame_pattern *frames =
		ni_arena_array(parser->suppressions->arena,
			       parser->frame_count, sizeof(*frames));

	if (parser->frame_count)
		memcpy(frames, parser->frames,
		       parser->frame_count * sizeof(*frames));
	if (parser->is_at) {
		parser->rule.at = frames;
		parser->rule.at_count = parser->frame_count;
	} else {
		parser->rule.created = frames;
		parser->rule.created_count = parser->frame_count;
	}
	parser->frame_count = 0;
}

static void add_frame(struct parser *parser, int kind, const char *glob)
{
	struct ni_frame_pattern *frame = ni_array_push(&parser->frames,
						    &parser->frame_count,
						    &parser->frame_room,
						    sizeof(*frame));

	frame->kind = kind;
	frame->glob = glob;
}

static int begin_at(struct parser *parser)
{
	if (parser->is_at)
		return fail(parser, "a second 'at:'");
	end_stack(parser);
	parser->is_at = true;
	return 0;
}

/* ---- lines -------------------------------------------------------------- */

static const struct {
	const char *prefix;
	int kind;
} frame_lines[] = {
	{ "fun:", NI_FRAME_PATTERN_FUNCTION },
	{ "src:", NI_FRAME_PATTERN_FILE },
	{ "obj:", NI_FRAME_PATTERN_MODULE },
};

/* What follows prefix in the line; NULL for another line. */
static const char *after(struct parser *parser, const char *text,
			 size_t length, const char *prefix)
{
	size_t size = strlen(prefix);

	if (length < size || memcmp(text, prefix, size))
		return NULL;
	return copy(parser, text + size, length - size);
}

static int set_once(struct parser *parser, const char **field,
		    const char *value)
{
	if (*field)
		return fail(parser, "this is given twice in one block");
	*field = value;
	return 0;
}

static int parse_rule(struct parser *parser, const char *text, size_t length)
{
	struct ni_suppression *rule = &parser->rule;
	const struct {
		const char *prefix, **field;
	} fields[] = {
		{ "exe:", &rule->exe },
		{ "to:", &rule->to },
		{ "what:", &rule->what },
	};
	const char *glob;

	for (size_t i = 0; i < ARRAY_LEN(frame_lines); i++) {
		glob = after(parser, text, length, frame_lines[i].prefix);
		if (glob) {
			add_frame(parser, frame_lines[i].kind, glob);
			return 0;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		glob = after(parser, text, length, fields[i].prefix);
		if (glob)
			return set_once(parser, fields[i].field, glob);
	}
	if (length == 3 && !memcmp(text, "...", 3)) {
		add_frame(parser, NI_FRAME_PATTERN_ANY, NULL);
		return 0;
	}
	if (length == 3 && !memcmp(text, "at:", 3))
		return begin_at(parser);
	return fail(parser, "expected fun:, src:, obj:, ..., at:, exe:, to:, "
		    "what: or }");
}

static int parse_short_form(struct parser *parser, const char *text,
			    size_t length)
{
	const char *colon = memchr(text, ':', length);
	struct ni_suppression *rule = &parser->rule;
	size_t size;
	int r;

	if (!colon)
		return fail(parser, "expected { or kind:glob");
	size = (size_t)(colon - text);
	r = parse_kinds(parser, text, size, &rule->kinds);
	if (r < 0)
		return r;
	if (size + 1 == length)
		return fail(parser, "nothing after the colon; * matches everything");
	rule->anywhere = copy(parser, colon + 1, length - size - 1);
	rule->name = copy(parser, text, length);
	rule->source = parser->source;
	rule->line = parser->line;
	keep_rule(parser);
	return 0;
}

static int begin_block(struct parser *parser)
{
	parser->rule.source = parser->source;
	parser->rule.line = parser->line;
	parser->frame_count = 0;
	parser->is_at = false;
	parser->expects = NAME;
	return 0;
}

static int end_block(struct parser *parser)
{
	if (parser->expects != RULES)
		return fail(parser, "a block needs a name and a kind first");
	end_stack(parser);
	keep_rule(parser);
	parser->expects = OUTSIDE;
	return 0;
}

static int parse_line(struct parser *parser, const char *text, size_t length)
{
	bool is_brace = length == 1 && *text == '{';

	if (length == 1 && *text == '}' && parser->expects != OUTSIDE)
		return end_block(parser);
	if (is_brace && parser->expects != OUTSIDE)
		return fail(parser, "the block before this one has no }");
	switch (parser->expects) {
	case OUTSIDE:
		return is_brace ? begin_block(parser) :
				  parse_short_form(parser, text, length);
	case NAME:
		parser->rule.name = copy(parser, text, length);
		parser->expects = KINDS;
		return 0;
	case KINDS:
		parser->expects = RULES;
		return parse_kinds(parser, text, length, &parser->rule.kinds);
	default:
		return parse_rule(parser, text, length);
	}
}

static bool is_blank(char character)
{
	return character == ' ' || character == '\t' || character == '\r';
}

static int parse_lines(struct parser *parser, const char *text,
		       const char *end)
{
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *next = newline ? newline + 1 : end;
		const char *last = newline ? newline : end;
		int r = 0;

		parser->line++;
		while (text < last && is_blank(*text))
			text++;
		while (last > text && is_blank(last[-1]))
			last--;
		if (memchr(text, '\0', (size_t)(last - text)))
			return fail(parser, "a NUL byte: this is not text");
		if (text < last && *text != '#')
			r = parse_line(parser, text, (size_t)(last - text));
		if (r < 0)
			return r;
		text = next;
	}
	if (parser->expects != OUTSIDE)
		return fail(parser, "the last block has no }");
	return 0;
}

int ni_suppressions_parse(struct ni_suppressions *suppressions,
			  const char *text, size_t size, const char *source,
			  struct ni_suppressions_error *error)
{
	struct parser parser = {
		.suppressions = suppressions,
		.error = error,
		.source = source,
	};
	size_t before = suppressions->count;
	int r = parse_lines(&parser, text, text + size);

	if (r < 0)
		suppressions->count = before;
	free(parser.frames);
	return r;
}
