/*
 * A runtime's map names its code: hostile lines are left out, and of pieces
 * that overlap the last counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/report/perf_map.h"
#include "descriptors.h"

static const struct {
	const char *text;
	uint64_t address;
	const char *name;
} rows[] = {
	{ "1000 10 JS:~f /srv/app.js:1:2\n", 0x1000, "JS:f /srv/app.js:1:2" },
	{ "1000 10 JS:*f /srv/app.js:1:2\n", 0x1000, "JS:f /srv/app.js:1:2" },
	{ "1000 10 JS:f ~/app.js:1:2\n", 0x1000, "JS:f ~/app.js:1:2" },
	{ "1000 10 f:\n", 0x1000, "f:" },
	{ "1000 10 f:*\n", 0x1000, "f:" },
	{ "1000 10 f\n", 0x100f, "f" },
	{ "1000 10 f\n", 0x1010, NULL },
	{ "1000 10 f\n", 0xfff, NULL },
	{ "1000 10 f", 0x1000, "f" },
	{ "0x00007f70f963cd80 0x0000000000000010 void A.b()\n",
	  0x7f70f963cd84, "void A.b()" },
	{ "ABCD 1 f\n", 0xabcd, "f" },
	/* Thrown away, and other code put there. */
	{ "1000 100 old\n1080 10 new\n", 0x1084, "new" },
	{ "1080 10 old\n1000 100 new\n", 0x1084, "new" },
	{ "1000 100 old\n1080 10 new\n", 0x1004, "old" },
	{ "1000 10 a\n1000 10 b\n", 0x1000, "b" },
	{ "fffffffffffffff0 f f\n", 0xfffffffffffffff8, "f" },
	/* Lines that say nothing. */
	{ "fffffffffffffff0 10 f\n", 0xfffffffffffffff8, NULL },
	{ "1000 0 f\n", 0x1000, NULL },
	{ "1000 10 \n", 0x1000, NULL },
	{ "1000 10\n", 0x1000, NULL },
	{ "1000\n", 0x1000, NULL },
	{ " 1000 10 f\n", 0x1000, NULL },
	{ "0x 10 f\n", 0, NULL },
	{ "-1000 10 f\n", 0x1000, NULL },
	{ "10000000000001000 10 f\n", 0x1000, NULL },
	{ "g\n\n\n1000 10 f\n", 0x1000, "f" },
	{ "", 0, NULL },
};

static void each_row_is_read_as_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ni_arena arena = { NULL };
		const struct ni_perf_map *map = ni_perf_map_parse(&arena,
			rows[i].text, strlen(rows[i].text));
		const char *name = ni_perf_map_name(map, rows[i].address);

		if ((name && rows[i].name) ? strcmp(name, rows[i].name) != 0 :
					     name != rows[i].name)
			fail_msg("%s: %s", rows[i].text, name ? name : "NULL");
		ni_arena_free(&arena);
	}
}

static void a_name_is_cut(void **state)
{
	static char text[8192] = "1000 10 ";
	struct ni_arena arena = { NULL };
	const struct ni_perf_map *map;

	(void)state;
	memset(text + 8, 'x', sizeof(text) - 8);
	map = ni_perf_map_parse(&arena, text, sizeof(text));
	assert_int_equal(strlen(ni_perf_map_name(map, 0x1000)), 1024);
	/* And one with a NUL ends there. */
	text[10] = '\0';
	map = ni_perf_map_parse(&arena, text, sizeof(text));
	assert_string_equal(ni_perf_map_name(map, 0x1000), "xx");
	ni_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_read_as_it_says),
		cmocka_unit_test(a_name_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
