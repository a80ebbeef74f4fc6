/*
 * LD_PRELOAD keeps what it had and lists nothing twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/preload_list.h"
#include "descriptors.h"

#define SHIM "/usr/lib/libnoinherit-preload.so"
#define RECORDER "/usr/lib/libnoinherit-audit.so"

static const struct {
	const char *name, *existing;
	const char *objects[3];
	const char *list;
} rows[] = {
	{ "no list", NULL, { SHIM }, SHIM },
	{ "an empty list", "", { SHIM }, SHIM },
	{ "separators only", " : ", { SHIM }, SHIM },
	{ "another library", "libfaketime.so.1", { SHIM },
	  SHIM ":libfaketime.so.1" },
	{ "spaces and colons", "a.so  b.so::c.so", { SHIM },
	  SHIM ":a.so:b.so:c.so" },
	{ "already there", "a.so:" SHIM ":b.so", { SHIM },
	  "a.so:" SHIM ":b.so" },
	{ "there twice", SHIM ":a.so:" SHIM, { SHIM }, SHIM ":a.so" },
	{ "another copy", "a.so:/old/libnoinherit-preload.so", { SHIM },
	  SHIM ":a.so" },
	{ "by its bare name", "libnoinherit-preload.so", { SHIM }, SHIM },
	{ "two objects", "a.so", { RECORDER, SHIM }, RECORDER ":" SHIM ":a.so" },
	{ "the shim there, the recorder new", SHIM, { RECORDER, SHIM },
	  RECORDER ":" SHIM },
	{ "AddressSanitizer stays first", "/usr/lib/libasan.so.8:a.so", { SHIM },
	  "/usr/lib/libasan.so.8:" SHIM ":a.so" },
	{ "AddressSanitizer in second place", "a.so:libasan.so.8", { SHIM },
	  SHIM ":a.so:libasan.so.8" },
	{ "a name that ends alike", "/x/not-libnoinherit-preload.so", { SHIM },
	  SHIM ":/x/not-libnoinherit-preload.so" },
};

static void the_list_keeps_what_it_had_and_nothing_twice(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *list = ni_preload_list(rows[i].existing, rows[i].objects);

		if (strcmp(list, rows[i].list))
			fail_msg("%s: %s", rows[i].name, list);
		free(list);
	}
}

static void a_path_that_the_loader_would_split_is_known(void **state)
{
	(void)state;

	assert_true(ni_preload_can_carry("/opt/tab\there/x.so"));
	assert_false(ni_preload_can_carry("/opt/my tools/x.so"));
	assert_false(ni_preload_can_carry("/opt/a:b/x.so"));
	assert_false(ni_preload_can_carry("/opt/$LIB/x.so"));
}

static void an_entry_is_found_by_its_file_name(void **state)
{
	(void)state;

	assert_true(ni_preload_list_has("a.so:/lib/libasan.so.8", "libasan.so"));
	assert_false(ni_preload_list_has("/libasan.so/a.so", "libasan.so"));
	assert_false(ni_preload_list_has(NULL, "libasan.so"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_keeps_what_it_had_and_nothing_twice),
		cmocka_unit_test(a_path_that_the_loader_would_split_is_known),
		cmocka_unit_test(an_entry_is_found_by_its_file_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
