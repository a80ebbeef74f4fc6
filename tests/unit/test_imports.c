/*
 * Imports are redirected where they may be, and a damaged object is survived:
 * no byte outside its segments is touched, whatever its tables say.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "descriptors.h"
#include "preload/imports.h"

#if defined(__x86_64__)
enum { SLOT = R_X86_64_JUMP_SLOT, GOT = R_X86_64_GLOB_DAT,
       POINTER = R_X86_64_64, RELATIVE = R_X86_64_RELATIVE };
#else
enum { SLOT = R_AARCH64_JUMP_SLOT, GOT = R_AARCH64_GLOB_DAT,
       POINTER = R_AARCH64_ABS64, RELATIVE = R_AARCH64_RELATIVE };
#endif

enum { PAGE = 4096, PAGES = 3, IMAGE = PAGES * PAGE, SYMBOLS = 4, ROWS = 6,
       SLOTS = 3, DAMAGED = 200000, LIBC_SIZE = 64, OURS = 0x1234 };

/* An object of three pages between two that cannot be touched: one that is only
 * read, one that the loader protects, one that is written. */
struct image {
	Elf64_Dyn dynamic[12];
	Elf64_Sym symbols[SYMBOLS];
	char strings[32];
	Elf64_Rela rows[ROWS];
	Elf64_Rela slots[SLOTS];
};

static struct image *image;
static uintptr_t *protected, *written;
static char libc[LIBC_SIZE];
static const Elf64_Phdr libc_part = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X,
				      .p_memsz = LIBC_SIZE };
static struct dl_phdr_info libc_object;
static Elf64_Phdr parts[5];
static struct dl_phdr_info object;

static uintptr_t ours_for_socket(const char *name)
{
	return strcmp(name, "socket") ? 0 : OURS;
}

static unsigned turn(void)
{
	const struct ni_imports imports = { ours_for_socket, &libc_object, 1,
					    PAGE };

	return ni_imports_turn(&object, &imports);
}

static Elf64_Rela row(const uintptr_t *at, unsigned symbol, unsigned type)
{
	return (Elf64_Rela){ (uintptr_t)at - (uintptr_t)image,
			     ELF64_R_INFO((uint64_t)symbol, type), 0 };
}

static void write_tables(void)
{
	const Elf64_Dyn dynamic[] = {
		{ DT_SYMTAB, { .d_ptr = (uintptr_t)image->symbols } },
		{ DT_STRTAB, { .d_ptr = (uintptr_t)image->strings } },
		{ DT_STRSZ, { sizeof(image->strings) } },
		{ DT_RELA, { .d_ptr = (uintptr_t)image->rows } },
		{ DT_RELASZ, { sizeof(image->rows) } },
		{ DT_JMPREL, { .d_ptr = (uintptr_t)image->slots } },
		{ DT_PLTRELSZ, { sizeof(image->slots) } },
		{ DT_NULL, { 0 } },
	};

	memset(image, 0, IMAGE);
	memcpy(image->dynamic, dynamic, sizeof(dynamic));
	strcpy(image->strings + 1, "socket");
	strcpy(image->strings + 8, "strlen");
	image->symbols[1].st_name = 1;
	image->symbols[2].st_name = 8;
	image->symbols[3].st_name = 1;
	image->symbols[3].st_shndx = 5;	/* defined here */
}

/* The numbers of slots are those of rows_of_slots below. */
static void write_rows(void)
{
	uintptr_t bound = (uintptr_t)libc + 8, elsewhere = (uintptr_t)&object;
	const Elf64_Rela rows[ROWS] = {
		row(&protected[0], 1, GOT), row(&protected[1], 2, GOT),
		row(&written[0], 1, POINTER), row(&written[1], 3, GOT),
		row(&written[2], 1, RELATIVE), row(&written[3], 1, GOT),
	};
	const Elf64_Rela slots[SLOTS] = {
		row(&written[4], 1, SLOT), row(&written[5], 1, SLOT),
		row(&written[6], 2, SLOT),
	};

	memcpy(image->rows, rows, sizeof(rows));
	memcpy(image->slots, slots, sizeof(slots));
	protected[0] = protected[1] = bound;
	for (int i = 0; i < 7; i++)
		written[i] = bound;
	written[3] = elsewhere;			/* somebody else's socket */
	written[5] = (uintptr_t)image + 16;	/* not called yet */
}

static void describe(void)
{
	parts[0] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_X,
				 .p_memsz = PAGE };
	parts[1] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_W,
				 .p_vaddr = PAGE, .p_memsz = 2 * PAGE };
	parts[2] = (Elf64_Phdr){ .p_type = PT_GNU_RELRO, .p_vaddr = PAGE,
				 .p_memsz = PAGE };
	parts[3] = (Elf64_Phdr){ .p_type = PT_DYNAMIC,
				 .p_memsz = sizeof(image->dynamic) };
	object = (struct dl_phdr_info){ .dlpi_addr = (uintptr_t)image,
					.dlpi_phdr = parts, .dlpi_phnum = 4 };
	libc_object = (struct dl_phdr_info){ .dlpi_addr = (uintptr_t)libc,
					     .dlpi_phdr = &libc_part,
					     .dlpi_phnum = 1 };
}

static void protect(int protection)
{
	assert_return_code(mprotect(protected, PAGE, protection), 0);
}

static int make_image(void **state)
{
	char *memory = mmap(NULL, IMAGE + 2 * PAGE, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	if (memory == MAP_FAILED ||
	    mprotect(memory + PAGE, IMAGE, PROT_READ | PROT_WRITE) < 0)
		return -1;
	image = (struct image *)(memory + PAGE);
	protected = (uintptr_t *)(memory + 2 * PAGE);
	written = (uintptr_t *)(memory + 3 * PAGE);
	describe();
	return 0;
}

static void only_imports_from_libc_are_redirected(void **state)
{
	uintptr_t bound = (uintptr_t)libc + 8;

	(void)state;
	write_tables();
	write_rows();
	protect(PROT_READ);
	assert_int_equal(turn(), 4);
	assert_int_equal(protected[0], OURS);
	assert_int_equal(protected[1], bound);	/* another name */
	assert_int_equal(written[0], OURS);
	assert_int_equal(written[1], bound);	/* its own symbol */
	assert_int_equal(written[2], bound);	/* no import */
	assert_int_equal(written[3], (uintptr_t)&object);
	assert_int_equal(written[4], OURS);
	assert_int_equal(written[5], OURS);
	assert_int_equal(written[6], bound);
	/* Once is enough. */
	assert_int_equal(turn(), 0);
	protect(PROT_READ | PROT_WRITE);
}

static void offsets_serve_as_addresses_do(void **state)
{
	(void)state;
	write_tables();
	write_rows();
	for (int i = 0; i < 7; i++)
		if (image->dynamic[i].d_un.d_ptr > IMAGE)
			image->dynamic[i].d_un.d_ptr -= (uintptr_t)image;
	assert_int_equal(turn(), 4);
	protect(PROT_READ | PROT_WRITE);
}

/* Values that are likely to break a table. */
static uint64_t odd_value(void)
{
	const uint64_t base = (uintptr_t)image;
	const uint64_t values[] = {
		0, 1, 8, ~0UL, 1UL << 63, base, base - 8, base + IMAGE,
		base + IMAGE - 8, IMAGE, IMAGE - 1, PAGE, (uint64_t)rand(),
		(uint64_t)rand() << 32 | (uint64_t)rand(),
		(uint64_t)rand() % IMAGE, base + (uint64_t)rand() % IMAGE,
	};

	return values[(size_t)rand() % ARRAY_LEN(values)];
}

static void damage(void)
{
	size_t words = sizeof(*image) / sizeof(uint64_t);
	uint64_t value = odd_value();

	for (int changes = 1 + rand() % 3; changes; changes--)
		if (rand() % 3)
			memcpy((uint64_t *)image + (size_t)rand() % words,
			       &value, sizeof(value));
		else
			((unsigned char *)image)[(size_t)rand() %
						 sizeof(*image)] =
				(unsigned char)rand();
}

/* A fault would end this process: the pages around cannot be touched. */
static void damaged_objects_are_survived(void **state)
{
	(void)state;
	srand(1);
	for (int i = 0; i < DAMAGED; i++) {
		write_tables();
		write_rows();
		damage();
		assert_true(turn() <= 2 * IMAGE / sizeof(Elf64_Rela));
		protect(PROT_READ | PROT_WRITE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_imports_from_libc_are_redirected),
		cmocka_unit_test(offsets_serve_as_addresses_do),
		cmocka_unit_test(damaged_objects_are_survived),
	};

	return cmocka_run_group_tests(tests, make_image, NULL);
}
