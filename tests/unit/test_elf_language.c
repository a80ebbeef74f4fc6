/*
 * The marks of languages are found wherever in the file they are.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/reach/elf_language.h"
#include "descriptors.h"

enum { CHUNK = 1 << 16 };

static const struct {
	const char *text;
	enum ni_elf_language language;
} rows[] = {
	{ "runtime.goexit", NI_ELF_GO },
	{ "/rustc/", NI_ELF_RUST },
	{ "/rustc", NI_ELF_C_OR_LIKE },
	{ "runtime.goexi", NI_ELF_C_OR_LIKE },
};

static enum ni_elf_language language_of(const char *text, off_t at, off_t size)
{
	int fd = memfd_create("program", MFD_CLOEXEC);
	enum ni_elf_language language;

	assert_return_code(fd, errno);
	assert_return_code(ftruncate(fd, size), errno);
	assert_int_equal(pwrite(fd, text, strlen(text), at), strlen(text));
	language = ni_elf_language(fd);
	close(fd);
	return language;
}

static void a_mark_is_found_at_each_place(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (off_t at = CHUNK - 40; at < CHUNK + 40; at++)
			if (language_of(rows[i].text, at, 3 * CHUNK) !=
			    rows[i].language)
				fail_msg("%s at %ld", rows[i].text, (long)at);
		/* At the end of the file, and as all of it. */
		assert_int_equal(language_of(rows[i].text, 2 * CHUNK, 0),
				 rows[i].language);
		assert_int_equal(language_of(rows[i].text, 0, 0),
				 rows[i].language);
	}
}

static void what_cannot_be_read_is_in_no_language(void **state)
{
	(void)state;

	assert_int_equal(ni_elf_language(-1), NI_ELF_C_OR_LIKE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_is_found_at_each_place),
		cmocka_unit_test(what_cannot_be_read_is_in_no_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
