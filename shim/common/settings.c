/*
 * settings.c - the words of each setting and what each of them sets.
 */
#include "common/settings.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "common/names.h"

/* Text in the rows, not pointers to it: see names.c. */
struct word {
	char text[12];
	unsigned value;
};

static const struct word mode_words[] = {
	{ "compat", NI_MODE_COMPAT },
	{ "strict", NI_MODE_STRICT },
	{ "off", NI_MODE_OFF },
	{ "", 0 },
};

static const struct word scope_words[] = {
	{ "socket", NI_SCOPE_SOCKET },
	{ "accept", NI_SCOPE_ACCEPT },
	{ "dup", NI_SCOPE_DUP },
	{ "receive", NI_SCOPE_RECEIVE },
	{ "sockets", NI_SCOPE_SOCKETS },
	{ "", 0 },
};

static const struct word keep_words[] = {
	{ "fd=", NI_KEEP_FD },
	{ "family=", NI_KEEP_FAMILY },
	{ "type=", NI_KEEP_TYPE },
	{ "program=", NI_KEEP_PROGRAM },
	{ "env=", NI_KEEP_ENV },
	{ "argv=", NI_KEEP_ARGV },
	{ "", 0 },
};

static const struct word *words_of(enum ni_setting setting)
{
	if (setting == NI_SETTING_MODE)
		return mode_words;
	return setting == NI_SETTING_SCOPE ? scope_words : keep_words;
}

const char *ni_setting_variable(enum ni_setting setting)
{
	if (setting == NI_SETTING_MODE)
		return "NOINHERIT_MODE";
	return setting == NI_SETTING_SCOPE ? "NOINHERIT_SCOPE" :
					     "NOINHERIT_KEEP";
}

const char *ni_setting_word(enum ni_setting setting, size_t index)
{
	const struct word *words = words_of(setting);

	for (size_t i = 0; i <= index; i++)
		if (!words[i].text[0])
			return NULL;
	return words[index].text;
}

void ni_settings_default(struct ni_settings *settings)
{
	settings->mode = NI_MODE_COMPAT;
	settings->scope = NI_SCOPE_SOCKETS;
	settings->keep_count = 0;
}

/* A piece of the value that is being read. */
struct piece {
	const char *start;
	size_t length;
};

static const struct word *find_word(const struct word *words,
				    struct piece piece)
{
	for (; words->text[0]; words++)
		if (strlen(words->text) == piece.length &&
		    !memcmp(words->text, piece.start, piece.length))
			return words;
	return NULL;
}

/* Takes the next item off a comma list; false at its end. */
static bool next_item(const char **rest, struct piece *item)
{
	const char *start = *rest;

	while (*start == ',')
		start++;
	if (!*start)
		return false;
	item->start = start;
	item->length = strcspn(start, ",");
	*rest = start + item->length;
	return true;
}

static bool read_number(struct piece *text, int *number)
{
	long value = 0;
	size_t digits = 0;

	while (digits < text->length && text->start[digits] >= '0' &&
	       text->start[digits] <= '9') {
		value = value * 10 + (text->start[digits++] - '0');
		if (value > INT_MAX)
			return false;
	}
	text->start += digits;
	text->length -= digits;
	*number = (int)value;
	return digits > 0;
}

/* N or N-M */
static bool read_range(struct piece text, int *first, int *last)
{
	if (!read_number(&text, first))
		return false;
	*last = *first;
	if (text.length && *text.start == '-') {
		text.start++;
		text.length--;
		if (!read_number(&text, last))
			return false;
	}
	return !text.length && *first <= *last;
}

static bool read_name_or_number(struct piece text,
				int (*number_of)(const char *, size_t),
				int *number)
{
	*number = number_of(text.start, text.length);
	if (*number >= 0)
		return true;
	return read_number(&text, number) && !text.length;
}

static const char *read_keep_value(struct ni_keep *keep, struct piece value)
{
	switch (keep->kind) {
	case NI_KEEP_FD:
		return read_range(value, &keep->first, &keep->last) ?
			NULL : "not a descriptor number or range N-M";
	case NI_KEEP_FAMILY:
		return read_name_or_number(value, ni_family_number,
					   &keep->first) ?
			NULL : "unknown address family";
	case NI_KEEP_TYPE:
		return read_name_or_number(value, ni_type_number,
					   &keep->first) ?
			NULL : "unknown socket type";
	default:
		keep->text = value.start;
		keep->length = value.length;
		return value.length ? NULL : "nothing after the =";
	}
}

static const char *read_keep(struct ni_keep *keep, struct piece item)
{
	const char *equals = memchr(item.start, '=', item.length);
	const struct word *word = NULL;
	struct piece value;

	if (equals)
		word = find_word(keep_words, (struct piece){
			item.start, (size_t)(equals + 1 - item.start) });
	if (!word)
		return "unknown thing to keep";
	value.start = equals + 1;
	value.length = item.length - (size_t)(value.start - item.start);
	memset(keep, 0, sizeof(*keep));
	keep->kind = (enum ni_keep_kind)word->value;
	return read_keep_value(keep, value);
}

static const char *parse_mode(struct ni_settings *settings, const char *value,
			      struct piece *item)
{
	const struct word *word;

	*item = (struct piece){ value, strlen(value) };
	if (!item->length)
		return NULL;
	word = find_word(mode_words, *item);
	if (!word)
		return "unknown mode";
	settings->mode = (enum ni_mode)word->value;
	return NULL;
}

static const char *parse_scope(struct ni_settings *settings, const char *value,
			       struct piece *item)
{
	unsigned scope = 0;
	bool first = true;

	while (next_item(&value, item)) {
		bool takes_away = *item->start == '-';
		const struct word *word;

		/* A list that begins with -NAME takes it from the default. */
		if (first && takes_away)
			scope = NI_SCOPE_SOCKETS;
		first = false;
		item->start += takes_away;
		item->length -= takes_away;
		if (item->length == 3 && !memcmp(item->start, "all", 3))
			return "reserved for a later version";
		word = find_word(scope_words, *item);
		if (!word)
			return "unknown scope";
		scope = takes_away ? scope & ~word->value : scope | word->value;
	}
	settings->scope = first ? NI_SCOPE_SOCKETS : scope;
	return NULL;
}

static const char *parse_keep(struct ni_settings *settings, const char *value,
			      struct piece *item)
{
	struct ni_keep keep[NI_KEEP_MAX] = { 0 };
	unsigned count = 0;

	while (next_item(&value, item)) {
		const char *why;

		if (count == NI_KEEP_MAX)
			return "too many things to keep (32 at most)";
		why = read_keep(&keep[count], *item);
		if (why)
			return why;
		count++;
	}
	memcpy(settings->keep, keep, count * sizeof(keep[0]));
	settings->keep_count = count;
	return NULL;
}

int ni_settings_parse(struct ni_settings *settings, enum ni_setting setting,
		      const char *value, struct ni_settings_error *error)
{
	struct piece item = { value, 0 };
	const char *why;

	if (setting == NI_SETTING_MODE)
		why = parse_mode(settings, value, &item);
	else if (setting == NI_SETTING_SCOPE)
		why = parse_scope(settings, value, &item);
	else
		why = parse_keep(settings, value, &item);
	if (!why)
		return 0;
	if (error) {
		error->offset = (size_t)(item.start - value);
		error->length = item.length;
		error->why = why;
	}
	return -EINVAL;
}
