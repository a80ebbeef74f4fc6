/*
 * test_symbols.c - addresses of this very program, with its own debug
 * information, without it, and with it in another place.
 */
#include <elf.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/report/symbols.h"
#include "descriptors.h"
#include "folder.h"

#define NOINLINE __attribute__((noinline))
#define INLINE static inline __attribute__((always_inline))

static int line_of_call, line_of_inlining;
static volatile int keep;

NOINLINE static void *where_am_i(void)
{
	void *address = __builtin_return_address(0);

	keep++;
	return address;
}

INLINE void *inlined_function(void)
{
	void *address = where_am_i(); line_of_call = __LINE__;

	keep++;
	return address;
}

NOINLINE static void *outer_function(void)
{
	void *address = inlined_function(); line_of_inlining = __LINE__;

	keep++;
	return address;
}

/* ---- this program as a module of a trace --------------------------------- */

static struct ni_arena arena;
static struct ni_module self;
static uintptr_t self_base;

static void read_build_id(const char *notes, size_t size)
{
	const Elf64_Nhdr *note = (const void *)notes;

	if (size < sizeof(*note) || note->n_type != NT_GNU_BUILD_ID)
		return;
	self.build_id = (const unsigned char *)notes + sizeof(*note) +
			((note->n_namesz + 3) & ~3u);
	self.build_id_size = note->n_descsz;
}

static int find_self(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	self_base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			read_build_id((void *)(info->dlpi_addr +
					       info->dlpi_phdr[i].p_vaddr),
				      info->dlpi_phdr[i].p_memsz);
	return 1;
}

static int set_up(void **state)
{
	static char path[4096];

	(void)state;
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		return -1;
	self.path = path;
	dl_iterate_phdr(find_self, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ni_arena_free(&arena);
	return 0;
}

static struct ni_stack resolve(const struct ni_module *module,
			       uint64_t offset, const char *debug_directory)
{
	struct ni_symbols *symbols = ni_symbols_open(&arena, debug_directory);
	struct ni_location *location = ni_arena_take(&arena, sizeof(*location));
	struct ni_stack stack = { .locations = location, .count = 1 };

	location->module = module;
	location->offset = offset;
	ni_symbols_resolve(symbols, &stack);
	ni_symbols_close(symbols);
	return stack;
}

static uint64_t offset_in_outer(void)
{
	return (uintptr_t)outer_function() - self_base;
}

static void assert_in_this_file(const struct ni_frame *frame,
				const char *function, int line)
{
	assert_non_null(frame->function);
	assert_string_equal(frame->function, function);
	assert_non_null(frame->file);
	assert_non_null(strstr(frame->file, "tests/unit/test_symbols.c"));
	assert_int_equal(frame->line, line);
}

static void assert_both_functions(const struct ni_stack *stack)
{
	assert_int_equal(stack->depth, 2);
	assert_in_this_file(&stack->frames[0], "inlined_function",
			    line_of_call);
	assert_true(stack->frames[0].is_inlined);
	assert_in_this_file(&stack->frames[1], "outer_function",
			    line_of_inlining);
	assert_false(stack->frames[1].is_inlined);
}

/* ---- stripped copies ------------------------------------------------------ */


static void shell(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static struct ni_module stripped_copy(void)
{
	struct ni_module copy = self;
	char *path = ni_arena_format(&arena, "%s/stripped", folder);

	shell(ni_arena_format(&arena, "strip -o %s %s", path, self.path));
	copy.path = path;
	return copy;
}

static void put_debug_file(const char *root)
{
	char *path = ni_arena_format(&arena, "%s/.build-id/%02x", root,
				     self.build_id[0]);

	shell(ni_arena_format(&arena, "mkdir -p %s", path));
	path = ni_arena_format(&arena, "%s/", path);
	for (size_t i = 1; i < self.build_id_size; i++)
		path = ni_arena_format(&arena, "%s%02x", path,
				       self.build_id[i]);
	shell(ni_arena_format(&arena, "objcopy --only-keep-debug %s %s.debug",
			      self.path, path));
}

/* ---- the claims ----------------------------------------------------------- */

static void inlined_functions_get_frames_of_their_own(void **state)
{
	struct ni_stack stack = resolve(&self, offset_in_outer(), NULL);

	(void)state;
	assert_both_functions(&stack);
}

static void a_stripped_module_gives_module_and_offset(void **state)
{
	struct ni_module copy = stripped_copy();
	uint64_t offset = offset_in_outer();
	struct ni_stack stack = resolve(&copy, offset, folder);

	(void)state;
	assert_int_equal(stack.depth, 1);
	assert_null(stack.frames[0].function);
	assert_null(stack.frames[0].file);
	assert_ptr_equal(stack.frames[0].location->module, &copy);
	assert_int_equal(stack.frames[0].location->offset, offset);
}

static void a_debug_file_is_found_by_build_id(void **state)
{
	struct ni_module copy = stripped_copy();
	struct ni_stack stack;

	(void)state;
	put_debug_file(folder);
	stack = resolve(&copy, offset_in_outer(), folder);
	assert_both_functions(&stack);
}

static void the_debug_file_alone_is_enough(void **state)
{
	struct ni_module gone = self;
	struct ni_stack stack;

	(void)state;
	gone.path = "/nowhere/program";
	put_debug_file(folder);
	stack = resolve(&gone, offset_in_outer(), folder);
	assert_both_functions(&stack);
}

static void a_file_with_another_build_id_is_not_used(void **state)
{
	static const unsigned char other[] = { 1, 2, 3, 4 };
	struct ni_module replaced = self;
	struct ni_stack stack;

	(void)state;
	replaced.build_id = other;
	replaced.build_id_size = sizeof(other);
	stack = resolve(&replaced, offset_in_outer(), NULL);
	assert_int_equal(stack.depth, 1);
	assert_null(stack.frames[0].function);
}

static void what_is_no_regular_file_is_not_opened(void **state)
{
	static const char *const paths[] = {
		"/dev/zero", "/proc/self/fd/0", "/", "", "relative", "[heap]",
	};
	struct ni_module odd = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		odd.path = paths[i];
		assert_int_equal(resolve(&odd, 0x1234, NULL).depth, 1);
	}
	odd.path = ni_arena_format(&arena, "%s/fifo", folder);
	shell(ni_arena_format(&arena, "mkfifo %s", odd.path));
	assert_int_equal(resolve(&odd, 0x1234, NULL).depth, 1);
}

static void any_offset_gives_a_frame(void **state)
{
	static const uint64_t offsets[] = {
		0, 1, 0x7fffffff, UINT64_MAX, UINT64_MAX - 1
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(offsets); i++)
		assert_true(resolve(&self, offsets[i], NULL).depth >= 1);
	assert_int_equal(resolve(NULL, 0x55, NULL).depth, 1);
}

static void paths_are_tidied(void **state)
{
	static const char *const rows[][2] = {
		{ "./main/network.c", "main/network.c" },
		{ "/build/x/./a//b.c", "/build/x/a/b.c" },
		{ "a/b/../c.c", "a/c.c" },
		{ "../c.c", "../c.c" },
		{ "../../c.c", "../../c.c" },
		{ "a/../../c.c", "../c.c" },
		{ "/a/b/c/../../d.c", "/a/d.c" },
		{ "/", "/" },
		{ "", "" },
		{ "..", ".." },
		{ ".", "" },
		{ "a", "a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *path = ni_arena_copy(&arena, rows[i][0],
					   strlen(rows[i][0]));

		ni_symbols_tidy_path(path);
		assert_string_equal(path, rows[i][1]);
	}
}

#define IN_DIRECTORY(test) \
	cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inlined_functions_get_frames_of_their_own),
		IN_DIRECTORY(a_stripped_module_gives_module_and_offset),
		IN_DIRECTORY(a_debug_file_is_found_by_build_id),
		IN_DIRECTORY(the_debug_file_alone_is_enough),
		cmocka_unit_test(a_file_with_another_build_id_is_not_used),
		IN_DIRECTORY(what_is_no_regular_file_is_not_opened),
		cmocka_unit_test(any_offset_gives_a_frame),
		cmocka_unit_test(paths_are_tidied),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
