/*
 * Our own look-up finds what dlsym(RTLD_NEXT) does.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/next_symbol.h"
#include "descriptors.h"
#include "skip_case.h"

/* Before glibc 2.36, RTLD_NEXT found the oldest version of a function. */
#ifdef __GLIBC_PREREQ
#if !__GLIBC_PREREQ(2, 36)
#define NEXT RTLD_DEFAULT
#endif
#endif
#ifndef NEXT
#define NEXT RTLD_NEXT
#endif

/* One of each kind: a plain function, one with an old and a new version, one
 * that the processor chooses, another library's, and nobody's. */
static const char *const others[] = {
	"getpid", "posix_spawn", "posix_spawnp", "pthread_create", "strlen",
	"memcpy", "_cmocka_run_group_tests", "no_such_function_anywhere", "",
};

static const struct {
	const char *name;
	uint32_t hash;
} calls[] = {
#define CALL(name, ...) { #name, NI_SYMBOL_HASH(#name) },
#include "preload/calls.def"
};

enum { COUNT = ARRAY_LEN(others) + ARRAY_LEN(calls) };

static void name_all(struct ni_symbol *symbols)
{
	for (size_t i = 0; i < COUNT; i++) {
		const char *name = i < ARRAY_LEN(others) ? others[i] :
				   calls[i - ARRAY_LEN(others)].name;

		symbols[i] = (struct ni_symbol){
			.name = name, .hash = ni_symbol_hash(name) };
	}
}

static bool is_in_libc(const void *address)
{
	Dl_info info;

	return dladdr(address, &info) && (strstr(info.dli_fname, "/libc.so") ||
					  strstr(info.dli_fname, "/libpthread"));
}

static void the_address_is_that_of_dlsym(void **state)
{
	struct ni_symbol symbols[COUNT];

	(void)state;
	name_all(symbols);
	ni_next_symbols(name_all, symbols, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		void *wanted = dlsym(NEXT, symbols[i].name);

		if (symbols[i].address != wanted)
			fail_msg("%s: %p, not %p", symbols[i].name,
				 symbols[i].address, wanted);
		if (wanted && symbols[i].is_foreign == is_in_libc(wanted))
			fail_msg("%s: libc's or not?", symbols[i].name);
	}
}

static void what_is_libcs_can_be_left_out(void **state)
{
	struct ni_neighbours neighbours = { 0 };
	struct ni_symbol symbols[COUNT];
	size_t found = 0;

	(void)state;
	assert_true(ni_foreign_symbols(name_all, symbols, COUNT, name_all,
				       &neighbours));
	assert_true(neighbours.is_libc_behind);
	for (size_t i = 0; i < COUNT; i++) {
		if (!symbols[i].address)
			continue;
		found++;
		assert_true(symbols[i].is_foreign);
		assert_false(is_in_libc(symbols[i].address));
	}
	assert_true(found >= 1);
}

/* The loader, which defines this, comes last. Too many objects in front of it,
 * as with sanitizers, are asked. */
static void where_nobody_is_asked_nothing_is_listed(void **state)
{
	struct ni_neighbours neighbours = { 0 };
	struct ni_symbol symbols[COUNT] = { { .name = "as before" } }, symbol;
	bool is_asked;

	(void)state;
	is_asked = ni_foreign_symbols(dlsym(RTLD_DEFAULT, "_r_debug"), symbols,
				      COUNT, name_all, &neighbours);
	assert_false(neighbours.is_libc_behind);
	if (neighbours.in_front_count == NI_IN_FRONT_MAX)
		skip_case("too many objects are in front");
	assert_false(is_asked);
	assert_string_equal(symbols[0].name, "as before");
	symbol = (struct ni_symbol){ .name = "getpid" };
	symbol.hash = ni_symbol_hash(symbol.name);
	assert_ptr_equal(ni_libc_symbol(&symbol), dlsym(NEXT, "getpid"));
}

/* As for a program that was linked before it was what it is now. */
static void an_old_version_is_another_function(void **state)
{
	struct ni_symbol symbols[] = {
		{ .name = "posix_spawn", .is_old = true },
		{ .name = "getpid", .is_old = true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(symbols); i++)
		symbols[i].hash = ni_symbol_hash(symbols[i].name);
	ni_next_symbols(name_all, symbols, ARRAY_LEN(symbols));
	assert_ptr_equal(symbols[0].address,
			 dlvsym(RTLD_DEFAULT, "posix_spawn", "GLIBC_2.2.5"));
	assert_null(symbols[1].address);
}

static void an_object_in_the_middle_sees_only_what_is_behind_it(void **state)
{
	void *middle = dlsym(RTLD_DEFAULT, "_cmocka_run_group_tests");
	struct ni_symbol symbol = { .name = "_cmocka_run_group_tests" };

	(void)state;
	assert_non_null(middle);
	symbol.hash = ni_symbol_hash(symbol.name);
	ni_next_symbols(middle, &symbol, 1);
	assert_null(symbol.address);
}

static void a_hash_is_the_same_as_a_constant(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (calls[i].hash != ni_symbol_hash(calls[i].name))
			fail_msg("%s", calls[i].name);
	assert_int_equal(NI_SYMBOL_HASH(""), ni_symbol_hash(""));
	assert_int_equal(NI_SYMBOL_HASH("a_14_long_name"),
			 ni_symbol_hash("a_14_long_name"));
}

static void an_object_knows_its_own_file(void **state)
{
	const char *file = ni_own_file(dlsym(RTLD_DEFAULT,
					     "_cmocka_run_group_tests"));

	(void)state;
	assert_non_null(strstr(file, "libcmocka"));
	assert_string_equal(ni_own_file((const void *)1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_address_is_that_of_dlsym),
		cmocka_unit_test(what_is_libcs_can_be_left_out),
		cmocka_unit_test(where_nobody_is_asked_nothing_is_listed),
		cmocka_unit_test(an_old_version_is_another_function),
		cmocka_unit_test(an_object_in_the_middle_sees_only_what_is_behind_it),
		cmocka_unit_test(a_hash_is_the_same_as_a_constant),
		cmocka_unit_test(an_object_knows_its_own_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
