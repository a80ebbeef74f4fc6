/*
 * A typo is answered with the word that was meant, another word with nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/nearest.h"
#include "descriptors.h"

static const char *const words[] = {
	"compat", "strict", "off", "socket", "sockets", "accept", "receive", NULL
};

static const struct {
	const char *word, *nearest;
} rows[] = {
	{ "strikt", "strict" },
	{ "STRICT", "strict" },
	{ "stirct", "strict" },
	{ "of", "off" },
	{ "comp", "compat" },
	{ "compatible", NULL },
	{ "acept", "accept" },
	{ "recieve", "receive" },
	{ "sokets", "sockets" },
	{ "socket", "socket" },
	{ "warp", NULL },
	{ "", NULL },
	{ "a word that is much longer than anything known here", NULL },
};

static void a_typo_is_answered_with_the_word_that_was_meant(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *nearest = ni_nearest_word(rows[i].word,
						      strlen(rows[i].word), words);

		if (!nearest != !rows[i].nearest)
			fail_msg("%s: %s", rows[i].word, nearest ? nearest : "nothing");
		if (nearest)
			assert_string_equal(nearest, rows[i].nearest);
	}
}

static void the_distance_counts_single_edits(void **state)
{
	(void)state;

	assert_int_equal(ni_word_distance("abc", 3, "abc", 3), 0);
	assert_int_equal(ni_word_distance("abc", 3, "acb", 3), 1);
	assert_int_equal(ni_word_distance("abc", 3, "abcd", 4), 1);
	assert_int_equal(ni_word_distance("abc", 3, "xyz", 3), 3);
	assert_int_equal(ni_word_distance("", 0, "xyz", 3), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_typo_is_answered_with_the_word_that_was_meant),
		cmocka_unit_test(the_distance_counts_single_edits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
