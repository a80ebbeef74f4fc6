/*
 * A rule of binfmt_misc is for the files that the kernel hands to its
 * interpreter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/reach/binfmt.h"
#include "common/array.h"

#define QEMU "interpreter /usr/bin/qemu\nflags: OCF\n"
#define ELF "magic 7f454c46020001\nmask ffffffff00ffff\n"

static const char head[] = "\177ELF\2\0\1";

static const struct {
	const char *name, *rule;
	size_t size;
	bool fits;
} rows[] = {
	{ "its own", "enabled\n" QEMU "offset 0\n" ELF, 7, true },
	{ "without a mask", "enabled\n" QEMU "offset 0\nmagic 7f454c46\n", 7,
	  true },
	{ "at another place", "enabled\n" QEMU "offset 4\nmagic 0200\n", 7,
	  true },
	{ "of any class", "enabled\n" QEMU "offset 0\nmagic 7f454c4601\n"
	  "mask ffffffff00\n", 7, true },
	{ "turned off", "disabled\n" QEMU "offset 0\n" ELF, 7, false },
	{ "of another class", "enabled\n" QEMU "offset 0\nmagic 7f454c4601\n", 7,
	  false },
	{ "of a byte that the mask leaves", "enabled\n" QEMU "offset 0\n"
	  "magic 7f454c460200ff\nmask ffffffffffff01\n", 7, true },
	{ "of one that it does not", "enabled\n" QEMU "offset 0\n"
	  "magic 7f454c460200fe\nmask ffffffffffff01\n", 7, false },
	{ "longer than the file", "enabled\n" QEMU "offset 0\n" ELF, 6, false },
	{ "beyond the file", "enabled\n" QEMU "offset 90\n" ELF, 7, false },
	{ "of an extension", "enabled\ninterpreter /usr/bin/java\nflags: \n"
	  "extension .jar\n", 7, false },
	{ "the switch of all", "enabled\n", 7, false },
	{ "one that cannot be read", "", 7, false },
};

static void a_rule_fits_what_the_kernel_compares(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (ni_binfmt_fits(rows[i].rule, head, rows[i].size) !=
		    rows[i].fits)
			fail_msg("%s", rows[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_fits_what_the_kernel_compares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
