/*
 * What the user of a set-id program cannot make the shim do. getauxval() is this
 * test's own, so that AT_SECURE can be set; everything else is the kernel's.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>

#include <cmocka.h>

#include "common/raw.h"
#include "preload/collision.h"
#include "preload/program.h"

/* Raw calls: sanitizers ask before they are ready for others. */
unsigned long getauxval(unsigned long type)
{
	struct { unsigned long type, value; } entry;
	unsigned long value = 0;
	long fd;

	if (type == AT_SECURE)
		return 1;
	fd = ni_raw6(SYS_openat, AT_FDCWD, (long)"/proc/self/auxv",
		     O_RDONLY | O_CLOEXEC, 0, 0, 0);
	while (!value && ni_raw3(SYS_read, fd, (long)&entry, sizeof(entry)) ==
	       sizeof(entry))
		value = entry.type == type ? entry.value : 0;
	ni_raw3(SYS_close, fd, 0, 0);
	return value;
}

static void count(void *data, unsigned fd)
{
	(void)fd;
	++*(unsigned *)data;
}

static void a_set_id_program_is_recognised(void **state)
{
	(void)state;
	assert_true(ni_program_is_set_id());
}

static void its_environment_announces_no_numbers(void **state)
{
	char *at_start[] = { "A=1", NULL };
	char *at_exec[] = { "PROTO=TCP", NULL };
	unsigned visited = 0;

	(void)state;
	ni_collision_start(NULL, at_start);
	ni_collision_each(at_exec, count, &visited);
	assert_int_equal(visited, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_id_program_is_recognised),
		cmocka_unit_test(its_environment_announces_no_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
