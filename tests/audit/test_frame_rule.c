/*
 * test_frame_rule.c - reading .eh_frame: the rules of known code are right, and
 * no byte outside the module is read, whatever its tables contain.
 *
 * (That the rules of real code are right is shown by test_stacks.py.)
 */
#include <dlfcn.h>
#include <link.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "../../shim/audit/frame_rule.c"
#include "descriptors.h"

enum { DAMAGES = 3000, ASKED = 20 };

static uintptr_t libc_start, libc_end;
static const uint8_t *table;

static int find_libc(void **state)
{
	struct dl_find_object found;

	(void)state;
	if (_dl_find_object((void *)(uintptr_t)&memcpy, &found) &&
	    _dl_find_object(dlsym(RTLD_NEXT, "abort"), &found))
		return -1;
	libc_start = (uintptr_t)found.dlfo_map_start;
	libc_end = (uintptr_t)found.dlfo_map_end;
	table = found.dlfo_eh_frame;
	return 0;
}

static void the_thread_start_is_the_end(void **state)
{
	uintptr_t clone = (uintptr_t)dlsym(RTLD_DEFAULT, "clone");
	struct ni_frame_rule rule;
	unsigned ends = 0;

	(void)state;
	for (uintptr_t pc = clone; pc < clone + 128; pc++) {
		rule = ni_frame_rule_read(table, libc_start, libc_end, pc);
		ends += rule.pc == NI_PLACE_END;
	}
	assert_true(ends > 0);
}

static void the_first_instruction_has_the_caller_on_top(void **state)
{
	static const char *const names[] = { "abort", "qsort", "system" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		uintptr_t pc = (uintptr_t)dlsym(RTLD_DEFAULT, names[i]);
		struct ni_frame_rule rule =
			ni_frame_rule_read(table, libc_start, libc_end, pc);

		assert_int_equal(rule.cfa, NI_PLACE_SP);
		assert_int_equal(rule.cfa_offset, 8);
		assert_int_equal(rule.pc, NI_PLACE_AT_CFA);
		assert_int_equal(rule.pc_offset, -8);
		assert_int_equal(rule.bp, NI_PLACE_SAME);
		assert_false(rule.is_signal);
	}
}

static void no_rule_is_made_up(void **state)
{
	(void)state;
	/* An address before all code, no table, and a table outside the module. */
	assert_int_equal(ni_frame_rule_read(table, libc_start, libc_end,
					    libc_start).cfa, NI_PLACE_BROKEN);
	assert_int_equal(ni_frame_rule_read(NULL, libc_start, libc_end,
					    libc_start + 0x30000).cfa,
			 NI_PLACE_BROKEN);
	assert_int_equal(ni_frame_rule_read(table, libc_start,
					    (uintptr_t)table, libc_start +
					    0x30000).cfa, NI_PLACE_BROKEN);
}

/* A copy of the tables that ends directly before an unmapped page. */
static uint8_t *copy_before_guard(size_t size, size_t *mapped)
{
	const size_t page = 4096;
	size_t room = (size + page - 1) / page * page;
	uint8_t *memory = mmap(NULL, room + 2 * page, PROT_NONE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_return_code(mprotect(memory + page, room,
				    PROT_READ | PROT_WRITE), 0);
	*mapped = room;
	memcpy(memory + page + room - size, table, size);
	return memory + page + room - size;
}

/* A read outside the copy ends the test with a signal. */
static void damaged_tables_are_survived(void **state)
{
	/* The tables follow the code, in a segment that ends after them. */
	const size_t size = 200000;
	size_t mapped, understood = 0;
	uint8_t *copy = copy_before_guard(size, &mapped);
	const uint32_t count = *(const uint32_t *)(table + 8);
	const uintptr_t start = (uintptr_t)copy, end = start + size;

	(void)state;
	srand(1);
	assert_true(count > 1000);
	for (int damage = 0; damage < DAMAGES; damage++) {
		size_t at = (size_t)rand() % size;
		uint8_t before = copy[at];

		copy[at] = (uint8_t)rand();
		for (int i = 0; i < ASKED; i++) {
			int32_t offset = ((const int32_t *)table)
				[3 + 2 * ((uint32_t)rand() % count)];
			uintptr_t pc = start + (uintptr_t)(intptr_t)offset +
				       (uintptr_t)rand() % 64;

			understood += ni_frame_rule_read(copy, start, end,
							 pc).cfa != 0;
		}
		copy[at] = before;
	}
	/* Enough tables were understood for the damage to be read. */
	assert_true(understood > DAMAGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_thread_start_is_the_end),
		cmocka_unit_test(the_first_instruction_has_the_caller_on_top),
		cmocka_unit_test(no_rule_is_made_up),
		cmocka_unit_test(damaged_tables_are_survived),
	};

	return cmocka_run_group_tests(tests, find_libc, NULL);
}
