/*
 * An object that RTLD_DEEPBIND loaded may be damaged: whatever its dynamic
 * section, symbols, names and relocations say, nothing outside its segments is
 * read, nothing is written but a slot that led to libc or was not bound yet, and
 * what the loader had protected is protected again.
 *
 * The object has two segments, each in memory of exactly its size: tables, which
 * are the input, to read; and slots to write, with a page that the loader
 * protects if the input says so. The kernel's part, mprotect, is simulated.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/raw.h"

static long fuzz_raw3(long number, long a, long b, long c);

#undef ni_raw3
#define ni_raw3(number, a, b, c) fuzz_raw3(number, (long)(a), (long)(b), (long)(c))
#include "preload/imports.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGE = 4096, PAGES = 2, WORDS = PAGES * PAGE / sizeof(uintptr_t),
       LIBC_SIZE = 64, OURS = 0x1234 };

/* A word of the input that is at least TO_SLOTS is an offset in the slots; one
 * that is at least TO_TABLES is an address in the tables, as glibc leaves
 * them. */
enum { TO_SLOTS = 1 << 16, TO_TABLES = 1 << 20 };

/* From the headers of the object, which may be wrong. */
struct head {
	uint16_t dynamic, dynamic_size, relro, relro_size;
};

static char libc[LIBC_SIZE];
static uintptr_t *slots;
static bool is_writable[PAGES];

static long fuzz_raw3(long number, long a, long b, long c)
{
	uintptr_t page = (uintptr_t)a - (uintptr_t)slots;

	assert(number == SYS_mprotect && b == PAGE);
	assert(page % PAGE == 0 && page / PAGE < PAGES);
	assert(c == PROT_READ || c == (PROT_READ | PROT_WRITE));
	assert(is_writable[page / PAGE] == (c == PROT_READ));
	is_writable[page / PAGE] = c != PROT_READ;
	return 0;
}

static uintptr_t ours_for_socket(const char *name)
{
	return strlen(name) == 6 && !strcmp(name, "socket") ? OURS : 0;
}

/* The slots' first values: some lead to libc, some into the object, some
 * elsewhere. */
static uintptr_t before(size_t word, uintptr_t tables)
{
	switch (word % 3) {
	case 0: return (uintptr_t)&libc[word % LIBC_SIZE];
	case 1: return tables;
	default: return (uintptr_t)&word;
	}
}

static void check_slots(uintptr_t tables, unsigned turned)
{
	unsigned changed = 0;

	for (size_t word = 0; word < WORDS; word++) {
		if (word % 3 != 2 && slots[word] == OURS)
			changed++;
		else if (word % 3 != 2)
			assert(slots[word] == before(word, tables));
		else
			assert(slots[word] == word);
	}
	assert(changed == turned);
	for (size_t page = 0; page < PAGES; page++)
		assert(!is_writable[page]);
}

static void check(const struct head *head, const uint8_t *bytes, size_t size)
{
	const uintptr_t tables = (uintptr_t)bytes;
	const ElfW(Phdr) parts[] = {
		{ .p_type = PT_LOAD, .p_flags = PF_R, .p_memsz = size },
		{ .p_type = PT_LOAD, .p_flags = PF_R | PF_W,
		  .p_vaddr = (uintptr_t)slots - tables,
		  .p_memsz = PAGES * PAGE },
		{ .p_type = PT_DYNAMIC, .p_vaddr = head->dynamic,
		  .p_memsz = head->dynamic_size },
		{ .p_type = PT_GNU_RELRO,
		  .p_vaddr = (uintptr_t)slots - tables + head->relro,
		  .p_memsz = head->relro_size },
	};
	const ElfW(Phdr) libc_part = { .p_type = PT_LOAD, .p_flags = PF_R,
				       .p_memsz = LIBC_SIZE };
	const struct dl_phdr_info object = { .dlpi_addr = tables,
		.dlpi_phdr = parts, .dlpi_phnum = 4 };
	const struct dl_phdr_info libc_object = { .dlpi_addr = (uintptr_t)libc,
		.dlpi_phdr = &libc_part, .dlpi_phnum = 1 };
	const struct ni_imports imports = { ours_for_socket, &libc_object, 1,
					    PAGE };

	for (size_t word = 0; word < WORDS; word++)
		slots[word] = word % 3 == 2 ? word : before(word, tables);
	check_slots(tables, ni_imports_turn(&object, &imports));
}

static uint64_t placed(uint64_t word, uintptr_t tables)
{
	if (word >= TO_SLOTS && word < TO_SLOTS + (PAGES + 1) * PAGE)
		return word - TO_SLOTS + (uintptr_t)slots - tables;
	if (word >= TO_TABLES && word < TO_TABLES + PAGE)
		return word - TO_TABLES + tables;
	return word;
}

static void place(uint8_t *bytes, size_t size)
{
	uint64_t word;

	for (size_t at = 0; at + sizeof(word) <= size; at += sizeof(word)) {
		memcpy(&word, bytes + at, sizeof(word));
		word = placed(word, (uintptr_t)bytes);
		memcpy(bytes + at, &word, sizeof(word));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct head head;
	uint8_t *bytes, *copy;

	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	size -= sizeof(head);
	bytes = malloc(size + !size);
	slots = aligned_alloc(PAGE, PAGES * PAGE);
	memcpy(bytes, data + sizeof(head), size);
	place(bytes, size);
	copy = malloc(size + !size);
	memcpy(copy, bytes, size);
	check(&head, bytes, size);
	assert(!memcmp(bytes, copy, size));
	free(copy);
	free(slots);
	free(bytes);
	return 0;
}
