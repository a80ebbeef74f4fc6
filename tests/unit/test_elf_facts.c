/*
 * Facts of program files, sound and damaged, made here byte by byte.
 */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "cli/reach/elf_facts.h"
#include "common/result.h"
#include "descriptors.h"

#define STRINGS "\0libc.so.6\0libasan.so.8\0ld-test.so.1"
#define LIBC 1
#define ASAN 11
#define SONAME 24

/* A small dynamic program, every part of which a test may spoil. */
struct image {
	Elf64_Ehdr header;
	Elf64_Phdr load, loader, dynamic, note;
	char loader_name[16];
	Elf64_Dyn entries[6];
	char strings[sizeof(STRINGS)];
	struct {
		Elf64_Nhdr header;
		char name[4], text[4];
	} go;
};

#define PART(type, member) { .p_type = (type), \
	.p_offset = offsetof(struct image, member), \
	.p_vaddr = 0x1000 + offsetof(struct image, member), \
	.p_filesz = sizeof(((struct image *)0)->member), .p_align = 4 }

static const struct image sound = {
	.header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_DYN,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = 0x1000,
		.e_phoff = offsetof(struct image, load),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 4,
	},
	.load = { .p_type = PT_LOAD, .p_vaddr = 0x1000,
		  .p_filesz = sizeof(struct image) },
	.loader = PART(PT_INTERP, loader_name),
	.dynamic = PART(PT_DYNAMIC, entries),
	.note = PART(PT_NULL, go),
	.loader_name = "/lib/ld-test.so",
	.entries = {
		{ DT_NEEDED, { LIBC } },
		{ DT_STRTAB, { 0x1000 + offsetof(struct image, strings) } },
		{ DT_STRSZ, { sizeof(STRINGS) } },
		{ DT_FLAGS_1, { DF_1_PIE } },
	},
	.strings = STRINGS,
	.go = { { 4, 4, 4 }, "Go\0", "id\0" },
};

static int read_bytes(const void *bytes, size_t size, struct ni_elf_facts *facts)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	int r;

	assert_int_equal(write(fd, bytes, size), size);
	r = ni_elf_facts_read(fd, facts);
	close(fd);
	return r;
}

static struct ni_elf_facts facts_of(const struct image *image)
{
	struct ni_elf_facts facts;

	assert_int_equal(read_bytes(image, sizeof(*image), &facts), 0);
	return facts;
}

static void a_dynamic_program_is_described(void **state)
{
	struct ni_elf_facts facts = facts_of(&sound);

	(void)state;
	assert_null(facts.damage);
	assert_int_equal(facts.class, ELFCLASS64);
	assert_int_equal(facts.order, ELFDATA2LSB);
	assert_int_equal(facts.machine, EM_X86_64);
	assert_int_equal(facts.type, ET_DYN);
	assert_string_equal(facts.loader, "/lib/ld-test.so");
	assert_string_equal(facts.soname, "");
	assert_true(facts.says_program);
	assert_false(facts.is_go);
	assert_false(facts.needs_address_sanitizer);
}

static void a_program_without_a_loader_is_static(void **state)
{
	struct image image = sound;

	(void)state;
	image.loader.p_type = PT_NULL;
	assert_string_equal(facts_of(&image).loader, "");
	image.dynamic.p_type = PT_NULL;
	assert_false(facts_of(&image).says_program);
	assert_null(facts_of(&image).damage);
}

static void what_it_is_linked_with_is_seen(void **state)
{
	struct image image = sound;

	(void)state;
	image.entries[4] = (Elf64_Dyn){ DT_NEEDED, { ASAN } };
	assert_true(facts_of(&image).needs_address_sanitizer);
	image.entries[4] = (Elf64_Dyn){ DT_SONAME, { SONAME } };
	assert_string_equal(facts_of(&image).soname, "ld-test.so.1");
	image.note.p_type = PT_NOTE;
	assert_true(facts_of(&image).is_go);
}

static void the_other_byte_order_is_read(void **state)
{
	Elf32_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32,
			     ELFDATA2MSB, EV_CURRENT },
		.e_type = __builtin_bswap16(ET_EXEC),
		.e_machine = __builtin_bswap16(EM_PPC),
		.e_version = __builtin_bswap32(EV_CURRENT),
	};
	struct ni_elf_facts facts;

	(void)state;
	assert_int_equal(read_bytes(&header, sizeof(header), &facts), 0);
	assert_int_equal(facts.class, ELFCLASS32);
	assert_int_equal(facts.order, ELFDATA2MSB);
	assert_int_equal(facts.machine, EM_PPC);
	assert_int_equal(facts.type, ET_EXEC);
}

static void far_segments(struct image *image)
{
	image->header.e_phoff = UINT64_MAX - 8;
}

static void many_segments(struct image *image)
{
	image->header.e_phnum = 0xfffe;
}

static void nothing_to_load(struct image *image)
{
	image->load.p_type = PT_NULL;
	image->dynamic.p_type = PT_NULL;
}

static void loader_outside(struct image *image)
{
	image->loader.p_offset = sizeof(*image) - 2;
}

static void loader_far_outside(struct image *image)
{
	image->loader.p_offset = UINT64_MAX - 1;
}

static void loader_endless(struct image *image)
{
	image->loader.p_filesz = UINT64_MAX;
	memset(image->loader_name, 'x', sizeof(image->loader_name));
	memset(image->entries, 'x', sizeof(image->entries));
	memset(image->strings, 'x', sizeof(image->strings));
}

static void loader_empty(struct image *image)
{
	image->loader.p_filesz = 0;
}

static void dynamic_outside(struct image *image)
{
	image->dynamic.p_offset = sizeof(*image);
}

static void dynamic_huge(struct image *image)
{
	image->dynamic.p_filesz = UINT64_MAX;
}

static void strings_unmapped(struct image *image)
{
	image->entries[1].d_un.d_ptr = 0x10;
}

static void strings_wrapped(struct image *image)
{
	image->entries[1].d_un.d_ptr = UINT64_MAX;
}

static void name_behind_strings(struct image *image)
{
	image->entries[0].d_un.d_val = sizeof(STRINGS);
}

static void name_never_ends(struct image *image)
{
	image->load.p_filesz = offsetof(struct image, strings) + 3;
}

static const struct {
	const char *name;
	void (*spoil)(struct image *image);
	const char *damage;
} spoilt[] = {
	{ "far segments", far_segments, "program headers" },
	{ "many segments", many_segments, "program headers" },
	{ "nothing to load", nothing_to_load, "nothing to load" },
	{ "loader outside", loader_outside, "its loader" },
	{ "loader far outside", loader_far_outside, "its loader" },
	{ "loader endless", loader_endless, "its loader" },
	{ "loader empty", loader_empty, "its loader" },
	{ "dynamic outside", dynamic_outside, "dynamic section" },
	{ "dynamic huge", dynamic_huge, "dynamic section" },
	{ "strings unmapped", strings_unmapped, "name of a library" },
	{ "strings wrapped", strings_wrapped, "name of a library" },
	{ "name behind strings", name_behind_strings, "name of a library" },
	{ "name never ends", name_never_ends, "name of a library" },
};

static void damage_is_told_and_nothing_is_read_outside(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(spoilt); i++) {
		struct image image = sound;
		struct ni_elf_facts facts;

		spoilt[i].spoil(&image);
		facts = facts_of(&image);
		if (!facts.damage || !strstr(facts.damage, spoilt[i].damage))
			fail_msg("%s: %s", spoilt[i].name,
				 facts.damage ? facts.damage : "no damage");
	}
}

static void a_name_that_is_longer_than_its_room_is_damage(void **state)
{
	struct {
		struct image image;
		char name[NI_ELF_NAME_MAX + 40];
	} file = { .image = sound };
	struct ni_elf_facts facts;

	(void)state;
	memset(file.name, 'x', sizeof(file.name) - 1);
	file.image.loader.p_offset = sizeof(file.image);
	file.image.loader.p_filesz = sizeof(file.name);
	assert_int_equal(read_bytes(&file, sizeof(file), &facts), 0);
	assert_non_null(facts.damage);
	assert_non_null(strstr(facts.damage, "its loader"));
}

static void every_cut_file_is_damaged_or_sound_but_never_a_crash(void **state)
{
	struct ni_elf_facts facts;

	(void)state;
	for (size_t size = 0; size < sizeof(sound); size++)
		assert_int_equal(read_bytes(&sound, size, &facts),
				 size < SELFMAG ? -ENOEXEC : 0);
	assert_int_equal(read_bytes(&sound, sizeof(Elf64_Ehdr), &facts), 0);
	assert_non_null(facts.damage);
}

static void what_is_no_elf_file_is_said_so(void **state)
{
	struct ni_elf_facts facts = { .machine = 7 };

	(void)state;
	assert_int_equal(read_bytes("#!/bin/sh\n", 10, &facts), -ENOEXEC);
	assert_int_equal(facts.machine, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dynamic_program_is_described),
		cmocka_unit_test(a_program_without_a_loader_is_static),
		cmocka_unit_test(what_it_is_linked_with_is_seen),
		cmocka_unit_test(the_other_byte_order_is_read),
		cmocka_unit_test(damage_is_told_and_nothing_is_read_outside),
		cmocka_unit_test(
			a_name_that_is_longer_than_its_room_is_damage),
		cmocka_unit_test(every_cut_file_is_damaged_or_sound_but_never_a_crash),
		cmocka_unit_test(what_is_no_elf_file_is_said_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
