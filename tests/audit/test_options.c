/*
 * test_options.c - NOINHERIT_AUDIT_OPTIONS: an option that can be read is
 * applied, any other leaves the default.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../shim/audit/options.c"
#include "descriptors.h"

static const struct row {
	const char *text;
	size_t size_kib;
	unsigned frames;
	bool is_following, has_scripts;
} rows[] = {
	{ NULL, NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "size=16", 16, 32, true, false },
	{ "size=65536", 65536, 32, true, false },
	{ "size=15", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "size=65537", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "size=", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "size=1x", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "size=-16", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "size=99999999999999999999999", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "frames=1", NI_TRACE_SIZE_KIB_DEFAULT, 1, true, false },
	{ "frames=64", NI_TRACE_SIZE_KIB_DEFAULT, 64, true, false },
	{ "frames=0", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "frames=65", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "no-follow", NI_TRACE_SIZE_KIB_DEFAULT, 32, false, false },
	{ "no-follow ", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "no-followers", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ ",,size=64,,frames=8,no-follow,", 64, 8, false, false },
	{ "frames=8,script-frames", NI_TRACE_SIZE_KIB_DEFAULT, 8, true, true },
	{ "script-frame", NI_TRACE_SIZE_KIB_DEFAULT, 32, true, false },
	{ "unknown,size=64,other=1", 64, 32, true, false },
	{ "size=64,size=32", 32, 32, true, false },
};

static void each_row_is_read_as_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct ni_audit_options options =
			ni_audit_options_parse(row->text);

		if (options.size_kib != row->size_kib ||
		    options.frames != row->frames ||
		    options.is_following != row->is_following ||
		    options.has_scripts != row->has_scripts)
			fail_msg("'%s': size %zu frames %u follow %d scripts %d",
				 row->text ? row->text : "(null)",
				 options.size_kib, options.frames,
				 options.is_following, options.has_scripts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_read_as_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
