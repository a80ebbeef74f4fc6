/*
 * Names of families and types go both ways, and nothing else is a name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "common/names.h"
#include "descriptors.h"

static int family(const char *name)
{
	return ni_family_number(name, strlen(name));
}

static int type(const char *name)
{
	return ni_type_number(name, strlen(name));
}

static void a_name_has_the_number_of_the_system(void **state)
{
	(void)state;

	assert_int_equal(family("AF_UNIX"), AF_UNIX);
	assert_int_equal(family("AF_LOCAL"), AF_UNIX);
	assert_int_equal(family("AF_INET"), AF_INET);
	assert_int_equal(family("AF_INET6"), AF_INET6);
	assert_int_equal(family("AF_NETLINK"), AF_NETLINK);
	assert_int_equal(family("AF_PACKET"), AF_PACKET);
	assert_int_equal(type("SOCK_STREAM"), SOCK_STREAM);
	assert_int_equal(type("SOCK_DGRAM"), SOCK_DGRAM);
	assert_int_equal(type("SOCK_SEQPACKET"), SOCK_SEQPACKET);
}

static void a_number_has_its_first_name(void **state)
{
	(void)state;

	assert_string_equal(ni_family_name(AF_UNIX), "AF_UNIX");
	assert_string_equal(ni_family_name(AF_INET6), "AF_INET6");
	assert_string_equal(ni_type_name(SOCK_RAW), "SOCK_RAW");
}

static void every_listed_name_is_found_again(void **state)
{
	const char *name;
	size_t count = 0;

	(void)state;
	for (; (name = ni_family_name_at(count)); count++)
		if (family(name) < 0 || !ni_family_name(family(name)))
			fail_msg("%s", name);
	assert_true(count > 10);
	for (count = 0; (name = ni_type_name_at(count)); count++)
		assert_string_equal(ni_type_name(type(name)), name);
	assert_true(count > 4);
}

static const char *const not_names[] = {
	"", "A", "AF_", "AF_INE", "AF_INET66", "af_inet", "SOCK_STREAMS",
	"AF_A_NAME_THAT_IS_LONGER_THAN_ANY_ROW",
};

static void other_words_are_not_names(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(not_names); i++) {
		assert_int_equal(family(not_names[i]), -1);
		assert_int_equal(type(not_names[i]), -1);
	}
	assert_null(ni_family_name(-1));
	assert_null(ni_family_name(4711));
	assert_null(ni_type_name(0));
	assert_null(ni_type_name(SOCK_STREAM | SOCK_CLOEXEC));
}

static void only_as_many_bytes_are_read_as_the_name_has(void **state)
{
	(void)state;

	assert_int_equal(ni_family_number("AF_INET6", 7), AF_INET);
	assert_int_equal(ni_type_number("SOCK_DGRAM,fd=3", 10), SOCK_DGRAM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_has_the_number_of_the_system),
		cmocka_unit_test(a_number_has_its_first_name),
		cmocka_unit_test(every_listed_name_is_found_again),
		cmocka_unit_test(other_words_are_not_names),
		cmocka_unit_test(only_as_many_bytes_are_read_as_the_name_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
