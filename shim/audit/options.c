/*
 * options.c - the words of NOINHERIT_AUDIT_OPTIONS; what is not understood is
 * ignored, for nobody could be told.
 */
#include "audit/options.h"

#include <string.h>

#include "common/trace.h"

static bool starts_with(const char *word, size_t length, const char *prefix)
{
	return length > strlen(prefix) && !memcmp(word, prefix, strlen(prefix));
}

/* Decimal digits to the end of the word, within the range. */
static bool read_number(const char *digits, size_t length, unsigned long least,
			unsigned long most, unsigned long *number)
{
	unsigned long value = 0;

	for (size_t i = 0; i < length; i++) {
		if (digits[i] < '0' || digits[i] > '9' || value > most)
			return false;
		value = value * 10 + (unsigned long)(digits[i] - '0');
	}
	if (!length || value < least || value > most)
		return false;
	*number = value;
	return true;
}

static void read_word(const char *word, size_t length,
		      struct ni_audit_options *options)
{
	unsigned long number;

	if (length == 9 && !memcmp(word, "no-follow", 9))
		options->is_following = false;
	else if (length == 13 && !memcmp(word, "script-frames", 13))
		options->has_scripts = true;
	else if (starts_with(word, length, "size=") &&
		 read_number(word + 5, length - 5, NI_TRACE_SIZE_KIB_MIN,
			     NI_TRACE_SIZE_KIB_MAX, &number))
		options->size_kib = number;
	else if (starts_with(word, length, "frames=") &&
		 read_number(word + 7, length - 7, 1, NI_TRACE_FRAMES_MAX,
			     &number))
		options->frames = (unsigned)number;
}

struct ni_audit_options ni_audit_options_parse(const char *text)
{
	struct ni_audit_options options = {
		NI_TRACE_SIZE_KIB_DEFAULT, NI_TRACE_FRAMES_DEFAULT, true, false
	};

	while (text && *text) {
		size_t length = strcspn(text, ",");

		read_word(text, length, &options);
		text += length + (text[length] == ',');
	}
	return options;
}
