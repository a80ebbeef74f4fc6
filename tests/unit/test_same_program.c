/*
 * What shows, besides the file, that a program is the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/same_program.h"
#include "descriptors.h"

static const struct {
	const char *path;
	enum ni_program_kind kind;
} kinds[] = {
	{ "", NI_PROGRAM_PLAIN },
	{ "nginx", NI_PROGRAM_PLAIN },
	{ "/usr/sbin/nginx", NI_PROGRAM_PLAIN },
	{ "/usr/bin/python3.11", NI_PROGRAM_INTERPRETER },
	{ "python", NI_PROGRAM_INTERPRETER },
	{ "php8.2", NI_PROGRAM_INTERPRETER },
	{ "php-cgi8.2", NI_PROGRAM_INTERPRETER },
	{ "php-fpm8.2", NI_PROGRAM_PLAIN },
	{ "lua5.4", NI_PROGRAM_INTERPRETER },
	{ "sh", NI_PROGRAM_INTERPRETER },
	{ "shutdown", NI_PROGRAM_PLAIN },
	{ "Rscript", NI_PROGRAM_INTERPRETER },
	{ "/bin/bash/nginx", NI_PROGRAM_PLAIN },
	{ "busybox", NI_PROGRAM_MULTICALL },
	{ "/bin/busybox-1.36", NI_PROGRAM_MULTICALL },
};

static void the_name_tells_the_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (ni_program_kind(kinds[i].path) != kinds[i].kind)
			fail_msg("%s", kinds[i].path);
}

static void the_loader_is_known_by_its_name(void **state)
{
	static const char *const loaders[] = {
		"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1",
		"/lib/ld-musl-x86_64.so.1", "ld-2.31.so", "/usr/bin/ld.so",
	}, *const others[] = {
		"", "ld", "/usr/bin/ld", "x86_64-linux-gnu-ld", "ld-2.40",
		"/lib64/ld-linux-x86-64.so.2/nginx", "libc.so.6", "ldd",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(loaders); i++)
		if (!ni_program_is_loader(loaders[i]))
			fail_msg("%s", loaders[i]);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (ni_program_is_loader(others[i]))
			fail_msg("%s", others[i]);
}

enum { MOST = 5 };

static const struct {
	char *before[MOST], *now[MOST];
	enum ni_program_kind kind;	/* the highest that it is again of */
} lists[] = {
	{ { "nginx", "-g", "x" }, { "other" }, NI_PROGRAM_PLAIN },
	{ { "python3", "a.py" }, { "python3", "a.py" }, NI_PROGRAM_MULTICALL },
	{ { "python3", "a.py" }, { "/usr/bin/python3", "a.py" },
	  NI_PROGRAM_MULTICALL },
	{ { "python3", "a.py" }, { "python", "a.py" }, NI_PROGRAM_INTERPRETER },
	{ { "python3", "a.py", "x" }, { "python3", "a.py", "y" },
	  NI_PROGRAM_MULTICALL },
	{ { "python3", "a.py" }, { "python3", "b.py" }, NI_PROGRAM_PLAIN },
	{ { "python3", "a.py" }, { "python3" }, NI_PROGRAM_PLAIN },
	{ { "python3" }, { "python3" }, NI_PROGRAM_MULTICALL },
	{ { "python3", "-c", "A" }, { "python3", "-c", "A" },
	  NI_PROGRAM_MULTICALL },
	{ { "python3", "-c", "A" }, { "python3", "-c", "B" },
	  NI_PROGRAM_PLAIN },
	{ { "python3", "-c", "A", "B" }, { "python3", "-c", "B", "A" },
	  NI_PROGRAM_PLAIN },
	{ { "php", "-r", "x", "y" }, { "php", "-r", "x" }, NI_PROGRAM_PLAIN },
	{ { "sh", "httpd" }, { "udhcpd", "httpd" }, NI_PROGRAM_INTERPRETER },
	{ { NULL }, { NULL }, NI_PROGRAM_PLAIN },
	{ { "sh" }, { NULL }, NI_PROGRAM_PLAIN },
};

static void the_arguments_tell_the_program(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct ni_program_arguments before, now;

		before = ni_program_arguments(lists[i].before, SIZE_MAX);
		now = ni_program_arguments(lists[i].now, MOST);
		for (int kind = NI_PROGRAM_PLAIN; kind <= NI_PROGRAM_MULTICALL;
		     kind++)
			if (ni_program_is_again((enum ni_program_kind)kind,
						&before, &now) !=
			    (kind <= (int)lists[i].kind))
				fail_msg("row %zu, kind %d", i, kind);
	}
}

static void a_list_may_end_by_its_count(void **state)
{
	char *list[] = { "python3", "-c", "A", "B", NULL };
	struct ni_program_arguments all = ni_program_arguments(list, 4);
	struct ni_program_arguments cut = ni_program_arguments(list, 3);

	(void)state;
	assert_false(ni_program_is_again(NI_PROGRAM_INTERPRETER, &all, &cut));
	cut = ni_program_arguments(list, 0);
	assert_false(ni_program_is_again(NI_PROGRAM_INTERPRETER, &cut, &cut));
	cut = ni_program_arguments(NULL, SIZE_MAX);
	assert_false(ni_program_is_again(NI_PROGRAM_INTERPRETER, &cut, &cut));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_tells_the_kind),
		cmocka_unit_test(the_loader_is_known_by_its_name),
		cmocka_unit_test(the_arguments_tell_the_program),
		cmocka_unit_test(a_list_may_end_by_its_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
