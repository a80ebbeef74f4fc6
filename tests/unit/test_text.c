/*
 * Bounded text, and Python's quoting.
 */
#include "api.h"

#include "lib/text.h"

static void a_text_is_cut_ended_and_counted(void **state)
{
	char buf[8];
	struct ni_text text;

	(void)state;
	memset(buf, '#', sizeof(buf));
	text = ni_text_in(buf, 6);
	ni_text_format(&text, "%s", "abc");
	ni_text_format(&text, "%d", 12345);
	ni_text_format(&text, "more");
	assert_int_equal(text.length, 12);
	assert_string_equal(buf, "abc12");
	assert_int_equal(buf[6], '#');
}

static void no_room_is_no_write(void **state)
{
	struct ni_text text = ni_text_in(NULL, 0);

	(void)state;
	ni_text_format(&text, "%s", "abc");
	ni_text_quote(&text, "de");
	assert_int_equal(text.length, 7);
}

/* What repr() of CPython 3.11 prints. */
static const struct {
	const char *text, *quoted;
} strings[] = {
	{ "", "''" },
	{ "plain", "'plain'" },
	{ "it's", "\"it's\"" },
	{ "say \"no\"", "'say \"no\"'" },
	{ "'\"", "'\\'\"'" },
	{ "a\\b", "'a\\\\b'" },
	{ "\n\r\t\x01\x7f", "'\\n\\r\\t\\x01\\x7f'" },
	{ "\xc3\xa4", "'\xc3\xa4'" },
};

static void text_is_quoted_as_python_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		char buf[64];
		struct ni_text text = ni_text_in(buf, sizeof(buf));

		ni_text_quote(&text, strings[i].text);
		assert_string_equal(buf, strings[i].quoted);
	}
}

static void bytes_are_quoted_as_python_does(void **state)
{
	char buf[64];
	struct ni_text text = ni_text_in(buf, sizeof(buf));

	(void)state;
	ni_text_quote_bytes(&text, "\0a\xff'\n\\", 6);
	assert_string_equal(buf, "b\"\\x00a\\xff'\\n\\\\\"");
	text = ni_text_in(buf, sizeof(buf));
	ni_text_quote_bytes(&text, NULL, 0);
	assert_string_equal(buf, "b''");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_cut_ended_and_counted),
		cmocka_unit_test(no_room_is_no_write),
		cmocka_unit_test(text_is_quoted_as_python_does),
		cmocka_unit_test(bytes_are_quoted_as_python_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
