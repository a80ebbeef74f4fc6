/*
 * An installed tree that was moved still finds its libraries.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/artefact.h"
#include "descriptors.h"

static const struct {
	const char *now, *bindir, *libdir, *moved;
} rows[] = {
	{ "/usr/local/bin", "/usr/local/bin", "/usr/local/lib", "/usr/local/lib" },
	{ "/stage/usr/bin", "/usr/bin", "/usr/lib/x86_64-linux-gnu",
	  "/stage/usr/lib/x86_64-linux-gnu" },
	{ "/opt/x/bin", "/usr/bin", "/usr/lib", "/opt/x/lib" },
	{ "/home/me/bin", "/usr/bin", "/lib64", NULL },
	{ "/stage/usr/bin", "/usr/bin", "/lib64", "/stage/lib64" },
	{ "/opt/x/sbin", "/usr/bin", "/usr/lib", NULL },
	{ "/bin", "/usr/bin", "/usr/lib", "/lib" },
	{ "/b", "/usr/bin", "/usr/lib", NULL },
	{ "/opt/librarian", "/opt/librarian", "/opt/lib", "/opt/lib" },
};

static void a_moved_tree_has_its_libraries_where_it_has_its_command(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char moved[PATH_MAX] = "untouched";
		int r = ni_moved_libdir(rows[i].now, rows[i].bindir,
					rows[i].libdir, moved);

		assert_int_equal(r, rows[i].moved ? 0 : -ENOENT);
		assert_string_equal(moved, rows[i].moved ? rows[i].moved :
							   "untouched");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moved_tree_has_its_libraries_where_it_has_its_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
