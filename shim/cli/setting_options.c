/*
 * setting_options.c - --mode, --scope and --keep, for the verbs that run a
 * command.
 */
#include "cli/setting_options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"

#include "cli/message.h"
#include "cli/nearest.h"

#define MOST_WORDS 64

static const char *const option_name[] = {
	[NI_SETTING_MODE] = "--mode",
	[NI_SETTING_SCOPE] = "--scope",
	[NI_SETTING_KEEP] = "--keep",
};

static const char *nearest_name(const char *word, size_t length,
				const char *(*name_at)(size_t index))
{
	const char *names[MOST_WORDS + 1];
	size_t count = 0;

	while (count < MOST_WORDS && (names[count] = name_at(count)))
		count++;
	names[count] = NULL;
	return ni_nearest_word(word, length, names);
}

static const char *nearest_setting_word(const char *word, size_t length,
					enum ni_setting setting)
{
	const char *words[MOST_WORDS + 1];
	size_t count = 0;

	while (count < MOST_WORDS &&
	       (words[count] = ni_setting_word(setting, count)))
		count++;
	words[count] = NULL;
	return ni_nearest_word(word, length, words);
}

/* family=AF_UNXI: the part before the '=' is right, the name after it is
 * not. */
static const char *nearest_value(const char *item, size_t length)
{
	static const struct {
		const char *key;
		const char *(*name_at)(size_t index);
	} rows[] = {
		{ "family=", ni_family_name_at },
		{ "type=", ni_type_name_at },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t key = strlen(rows[i].key);

		if (length > key && !strncmp(item, rows[i].key, key))
			return nearest_name(item + key, length - key,
					    rows[i].name_at);
	}
	return NULL;
}

static const char *nearest_right(enum ni_setting setting, const char *item,
				 size_t length)
{
	const char *equals = memchr(item, '=', length);
	const char *near;

	if (setting != NI_SETTING_KEEP)
		return nearest_setting_word(item, length, setting);
	near = nearest_value(item, length);
	if (near)
		return near;
	if (equals)
		length = (size_t)(equals + 1 - item);
	near = nearest_setting_word(item, length, setting);
	/* A right key is no suggestion: then the value is wrong. */
	return near && strncmp(near, item, length) ? near : NULL;
}

static int refuse(const char *verb, const char *place, enum ni_setting setting,
		  const char *value, const struct ni_settings_error *error)
{
	const char *word = value + error->offset;
	const char *near = nearest_right(setting, word, error->length);

	if (near)
		return ni_error(NI_EXIT_TROUBLE,
				"%s: %s=%s: %s: '%.*s' at position %zu; did you mean '%s'?",
				verb, place, value, error->why,
				(int)error->length, word, error->offset + 1,
				near);
	return ni_error(NI_EXIT_TROUBLE, "%s: %s=%s: %s: '%.*s' at position %zu",
			verb, place, value, error->why, (int)error->length,
			word, error->offset + 1);
}

static int check(const char *verb, const char *place, enum ni_setting setting,
		 const char *value)
{
	struct ni_settings settings;
	struct ni_settings_error error;

	ni_settings_default(&settings);
	if (ni_settings_parse(&settings, setting, value, &error) == 0)
		return 0;
	return refuse(verb, place, setting, value, &error);
}

bool ni_is_setting_option(int option)
{
	return option >= NI_SETTING_OPTION &&
	       option <= NI_SETTING_OPTION + NI_SETTING_KEEP;
}

int ni_setting_options_take(struct ni_setting_options *options,
			    const char *verb, int option, const char *value)
{
	enum ni_setting setting = (enum ni_setting)(option - NI_SETTING_OPTION);
	char *before = options->value[setting], *now;

	if (check(verb, option_name[setting], setting, value) != 0)
		return NI_EXIT_TROUBLE;
	if (!before || setting == NI_SETTING_MODE)
		now = strdup(value);
	else if (asprintf(&now, "%s,%s", before, value) < 0)
		now = NULL;
	if (!now)
		return ni_error(NI_EXIT_TROUBLE, "%s: %s", verb,
				strerror(ENOMEM));
	free(before);
	options->value[setting] = now;
	return 0;
}

int ni_setting_options_apply(const struct ni_setting_options *options,
			     const char *verb)
{
	for (int i = NI_SETTING_MODE; i <= NI_SETTING_KEEP; i++) {
		enum ni_setting setting = (enum ni_setting)i;
		const char *variable = ni_setting_variable(setting);
		const char *given = options->value[i];
		const char *value = given ? given : getenv(variable);

		if (value && check(verb, given ? option_name[i] : variable,
				   setting, value) != 0)
			return NI_EXIT_TROUBLE;
	}
	for (int i = NI_SETTING_MODE; i <= NI_SETTING_KEEP; i++)
		if (options->value[i] &&
		    setenv(ni_setting_variable((enum ni_setting)i),
			   options->value[i], 1) < 0)
			return ni_error(NI_EXIT_TROUBLE, "%s: %s", verb,
					strerror(errno));
	return 0;
}

void ni_setting_options_free(struct ni_setting_options *options)
{
	for (int i = NI_SETTING_MODE; i <= NI_SETTING_KEEP; i++)
		free(options->value[i]);
}
