/*
 * A library that is too old for an object is found out by its versions.
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/reach/elf_versions.h"
#include "descriptors.h"

/* The objects of this very process: all of one system, and of one age. */
static const char *c_library;
static const char *other_library;

static int note_object(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	if (strstr(info->dlpi_name, "/libc.so.6"))
		c_library = info->dlpi_name;
	if (strstr(info->dlpi_name, "/libcmocka.so"))
		other_library = info->dlpi_name;
	return 0;
}

static int find_objects(void **state)
{
	(void)state;
	dl_iterate_phdr(note_object, NULL);
	return c_library && other_library ? 0 : -1;
}

static void a_library_that_is_new_enough_lacks_nothing(void **state)
{
	char version[NI_ELF_NAME_MAX] = "untouched";
	int before = count_descriptors();

	(void)state;
	assert_int_equal(ni_elf_lacks_version("/proc/self/exe", c_library,
					      version), 0);
	assert_string_equal(version, "untouched");
	assert_int_equal(count_descriptors(), before);
}

/* A copy of libc in which the newest versions have another name. */
static char *make_older(void)
{
	static char path[] = "/tmp/noinherit-test-XXXXXX/libc.so.6";
	char *slash = strrchr(path, '/'), *image;
	int from = open(c_library, O_RDONLY), to;
	off_t size = lseek(from, 0, SEEK_END);

	*slash = '\0';
	assert_non_null(mkdtemp(path));
	*slash = '/';
	image = malloc((size_t)size);
	assert_int_equal(pread(from, image, (size_t)size, 0), size);
	for (char *at = image; (at = memmem(at, (size_t)(image + size - at),
					    "\0GLIBC_2.", 9)); at++)
		at[7] = '1';
	to = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(to, image, (size_t)size), size);
	free(image);
	close(from);
	close(to);
	return path;
}

static void a_library_that_is_too_old_is_named_with_its_version(void **state)
{
	char *older = make_older();
	char version[NI_ELF_NAME_MAX] = "untouched";

	(void)state;
	assert_int_equal(ni_elf_lacks_version("/proc/self/exe", older, version),
			 1);
	assert_memory_equal(version, "GLIBC_2.", 8);
	unlink(older);
	*strrchr(older, '/') = '\0';
	rmdir(older);
}

static void what_cannot_be_compared_is_an_error(void **state)
{
	char version[NI_ELF_NAME_MAX];

	(void)state;
	assert_int_equal(ni_elf_lacks_version("/proc/self/exe", other_library,
					      version), -ENOEXEC);
	assert_int_equal(ni_elf_lacks_version("/proc/self/exe", "/dev/null",
					      version), -ENOEXEC);
	assert_int_equal(ni_elf_lacks_version("/no/such/file", c_library,
					      version), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_library_that_is_new_enough_lacks_nothing),
		cmocka_unit_test(a_library_that_is_too_old_is_named_with_its_version),
		cmocka_unit_test(what_cannot_be_compared_is_an_error),
	};

	return cmocka_run_group_tests(tests, find_objects, NULL);
}
