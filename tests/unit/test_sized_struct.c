/*
 * Structs whose first member is the size the caller knows.
 */
#include "api.h"

#include "lib/sized_struct.h"

/* The library's struct, that of an older program and that of a newer one. */
struct ours {
	size_t size;
	int flags, padding;
	const char *name;
};

struct older {
	size_t size;
	int flags, padding;
};

struct newer {
	struct ours known;
	const char *unknown;
};

static void no_options_are_all_zero(void **state)
{
	struct ours read, zero = { 0 };

	(void)state;
	memset(&read, 0x5a, sizeof(read));
	assert_int_equal(ni_sized_struct_read(&read, sizeof(read), NULL), 0);
	assert_memory_equal(&read, &zero, sizeof(read));
}

static void an_older_struct_is_read_no_further_than_it_goes(void **state)
{
	/* What follows it in memory belongs to somebody else. */
	struct {
		struct older options;
		const char *neighbour;
	} caller = { { sizeof(struct older), 5, 0 }, "not yours" };
	struct ours read;

	(void)state;
	assert_int_equal(ni_sized_struct_read(&read, sizeof(read), &caller), 0);
	assert_int_equal(read.flags, 5);
	assert_null(read.name);
}

static void a_member_that_is_covered_in_part_is_not_read(void **state)
{
	struct ours given = { offsetof(struct ours, name) + 3, 5, 0, "name" };
	struct ours read;

	(void)state;
	assert_int_equal(ni_sized_struct_read(&read, sizeof(read), &given), 0);
	assert_int_equal(read.flags, 5);
	assert_null(read.name);
}

static void a_newer_struct_is_taken_unless_it_says_more(void **state)
{
	struct newer given = { { sizeof(given), 5, 0, "name" }, NULL };
	struct ours read;

	(void)state;
	assert_int_equal(ni_sized_struct_read(&read, sizeof(read), &given), 0);
	assert_string_equal(read.name, "name");
	given.unknown = "more";
	assert_int_equal(ni_sized_struct_read(&read, sizeof(read), &given), -E2BIG);
}

static void a_size_that_was_never_set_is_refused(void **state)
{
	struct ours given = { 0 }, read;

	(void)state;
	assert_int_equal(ni_sized_struct_read(&read, sizeof(read), &given),
			 -EINVAL);
	given.size = SIZE_MAX;
	assert_int_equal(ni_sized_struct_read(&read, sizeof(read), &given), -E2BIG);
}

static void every_function_refuses_such_options(void **state)
{
	const struct noinherit_connect_options connect = { 0 };
	const struct noinherit_server_options server = { 0 };
	const struct noinherit_send_fds_options sending = { 0 };
	const struct noinherit_recv_fds_options receiving = { 0 };
	struct noinherit_socket s = NOINHERIT_SOCKET_CLOSED;
	size_t count = 0;
	int flags;

	(void)state;
	assert_int_equal(noinherit_create_connection(&s, "127.0.0.1", "1",
						     &connect), -EINVAL);
	assert_int_equal(noinherit_create_server(&s, "127.0.0.1", "0",
						 &server), -EINVAL);
	assert_int_equal(noinherit_send_fds(&s, NULL, 0, NULL, 0, &sending),
			 -EINVAL);
	assert_int_equal(noinherit_recv_fds(&s, NULL, 0, NULL, 0, &count,
					    &flags, &receiving), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(no_options_are_all_zero),
		api_test(an_older_struct_is_read_no_further_than_it_goes),
		api_test(a_member_that_is_covered_in_part_is_not_read),
		api_test(a_newer_struct_is_taken_unless_it_says_more),
		api_test(a_size_that_was_never_set_is_refused),
		api_test(every_function_refuses_such_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
