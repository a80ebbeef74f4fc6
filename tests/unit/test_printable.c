/*
 * Foreign bytes come out as one line of UTF-8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/printable.h"
#include "descriptors.h"

static const struct {
	const char *text, *printable, *utf8;
} rows[] = {
	{ "plain.so", "plain.so", "plain.so" },
	{ "", "", "" },
	{ "two\nlines\tand", "two\\nlines\\tand", "two\nlines\tand" },
	{ "\033[31mred", "\\x1b[31mred", "\033[31mred" },
	{ "back\\slash", "back\\slash", "back\\slash" },
	{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
	{ "\xf0\x9f\x90\x8d", "\xf0\x9f\x90\x8d", "\xf0\x9f\x90\x8d" },
	{ "C1 \xc2\x9b", "C1 \\xc2\\x9b", "C1 \xc2\x9b" },
	{ "rtl \xe2\x80\xae", "rtl \\xe2\\x80\\xae", "rtl \xe2\x80\xae" },
	{ "lone \xff.", "lone \\xff.", "lone \\xff." },
	{ "cut \xe2\x80", "cut \\xe2\\x80", "cut \\xe2\\x80" },
	{ "overlong \xc0\xaf", "overlong \\xc0\\xaf", "overlong \\xc0\\xaf" },
	{ "surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80",
	  "surrogate \\xed\\xa0\\x80" },
	{ "too far \xf4\x90\x80\x80", "too far \\xf4\\x90\\x80\\x80",
	  "too far \\xf4\\x90\\x80\\x80" },
};

static void foreign_bytes_come_out_as_one_printable_line(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *printable = ni_printable_copy(rows[i].text);
		char *utf8 = ni_utf8_copy(rows[i].text, strlen(rows[i].text));

		assert_string_equal(printable, rows[i].printable);
		assert_string_equal(utf8, rows[i].utf8);
		free(printable);
		free(utf8);
	}
}

static void a_nul_byte_is_escaped(void **state)
{
	char out[NI_PRINTABLE_GROWTH * 3 + 1];
	char *utf8 = ni_utf8_copy("a\0b", 3);

	(void)state;
	assert_int_equal(ni_printable("a\0b", 3, out), 6);
	assert_string_equal(out, "a\\x00b");
	assert_string_equal(utf8, "a\\x00b");
	free(utf8);
}

static void no_input_outgrows_the_promised_room(void **state)
{
	char text[256], out[NI_PRINTABLE_GROWTH * sizeof(text) + 1];

	(void)state;
	for (unsigned int first = 0; first < 256; first++) {
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (char)(i % 2 ? i : first);
		size_t length = ni_printable(text, sizeof(text), out);

		assert_in_range(length, sizeof(text), sizeof(out) - 1);
		assert_int_equal(strlen(out), length);
		assert_null(strpbrk(out, "\n\t\033\r"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_bytes_come_out_as_one_printable_line),
		cmocka_unit_test(a_nul_byte_is_escaped),
		cmocka_unit_test(no_input_outgrows_the_promised_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
