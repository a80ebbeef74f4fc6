/*
 * imports.c - reads the relocations of one object and stores into its slots.
 */
#include "preload/imports.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "common/raw.h"

#if defined(__x86_64__)
#define TYPE_SLOT R_X86_64_JUMP_SLOT
#define TYPE_GOT R_X86_64_GLOB_DAT
#define TYPE_POINTER R_X86_64_64
#else
#define TYPE_SLOT R_AARCH64_JUMP_SLOT
#define TYPE_GOT R_AARCH64_GLOB_DAT
#define TYPE_POINTER R_AARCH64_ABS64
#endif

/* What the dynamic section says, as addresses. */
struct tables {
	uintptr_t symbols;
	uintptr_t strings, strings_size;
	uintptr_t rows, rows_size;		/* DT_RELA */
	uintptr_t slots, slots_size;		/* DT_JMPREL */
	uintptr_t relro, relro_end;
};

static uintptr_t segment_start(const struct dl_phdr_info *object,
			       const ElfW(Phdr) *segment)
{
	return object->dlpi_addr + segment->p_vaddr;
}

static bool is_within(const struct dl_phdr_info *object,
		      const ElfW(Phdr) *segment, uintptr_t address,
		      uintptr_t size)
{
	uintptr_t offset = address - segment_start(object, segment);

	return segment->p_type == PT_LOAD && offset <= segment->p_memsz &&
	       size <= segment->p_memsz - offset;
}

static bool holds(const struct dl_phdr_info *object, uintptr_t address,
		  uintptr_t size, uint32_t flags)
{
	for (size_t i = 0; i < object->dlpi_phnum; i++)
		if (is_within(object, &object->dlpi_phdr[i], address, size) &&
		    (object->dlpi_phdr[i].p_flags & flags) == flags)
			return true;
	return false;
}

bool ni_imports_holds(const struct dl_phdr_info *object, uintptr_t address,
		      uintptr_t size)
{
	return holds(object, address, size, PF_R);
}

/* glibc writes addresses there, other loaders leave offsets. */
static uintptr_t at(const struct dl_phdr_info *object, ElfW(Addr) value)
{
	return value < object->dlpi_addr ? value + object->dlpi_addr : value;
}

static void read_entry(const struct dl_phdr_info *object, struct tables *tables,
		       const ElfW(Dyn) *entry)
{
	uintptr_t address = at(object, entry->d_un.d_ptr);
	uintptr_t size = entry->d_un.d_val;

	switch (entry->d_tag) {
	case DT_SYMTAB: tables->symbols = address; break;
	case DT_STRTAB: tables->strings = address; break;
	case DT_STRSZ: tables->strings_size = size; break;
	case DT_RELA: tables->rows = address; break;
	case DT_RELASZ: tables->rows_size = size; break;
	case DT_JMPREL: tables->slots = address; break;
	case DT_PLTRELSZ: tables->slots_size = size; break;
	}
}

static void read_dynamic(const struct dl_phdr_info *object,
			 struct tables *tables, uintptr_t address,
			 uintptr_t size)
{
	const ElfW(Dyn) *entry = (const ElfW(Dyn) *)address;

	if (address % sizeof(uintptr_t) ||
	    !ni_imports_holds(object, address, size))
		return;
	for (; size >= sizeof(*entry) && entry->d_tag != DT_NULL; entry++) {
		read_entry(object, tables, entry);
		size -= sizeof(*entry);
	}
}

/* The pages that the loader protects: it rounds both ends down. */
static void read_relro(struct tables *tables, uintptr_t address, uintptr_t size,
		       uintptr_t page_size)
{
	tables->relro = address & -page_size;
	tables->relro_end = (address + size) & -page_size;
}

static bool read_tables(const struct dl_phdr_info *object,
			struct tables *tables, uintptr_t page_size)
{
	memset(tables, 0, sizeof(*tables));
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		uintptr_t address = segment_start(object, part);

		if (part->p_type == PT_DYNAMIC)
			read_dynamic(object, tables, address, part->p_memsz);
		else if (part->p_type == PT_GNU_RELRO)
			read_relro(tables, address, part->p_memsz, page_size);
	}
	/* A zero at the end ends whatever name begins before it. */
	return tables->symbols % sizeof(uintptr_t) == 0 &&
	       tables->strings_size &&
	       ni_imports_holds(object, tables->strings,
				tables->strings_size) &&
	       !*(const char *)(tables->strings + tables->strings_size - 1);
}

static const char *import_name(const struct dl_phdr_info *object,
			       const struct tables *tables, uint32_t index)
{
	const ElfW(Sym) *symbol = (const ElfW(Sym) *)tables->symbols + index;

	if (!ni_imports_holds(object, (uintptr_t)symbol, sizeof(*symbol)) ||
	    symbol->st_shndx != SHN_UNDEF ||
	    symbol->st_name >= tables->strings_size)
		return "";
	return (const char *)tables->strings + symbol->st_name;
}

static bool protect(uintptr_t page, uintptr_t page_size, long protection)
{
	return ni_raw3(SYS_mprotect, (long)page, (long)page_size,
		       protection) == 0;
}

static bool write_slot(const struct tables *tables, uintptr_t *slot,
		       uintptr_t to, uintptr_t page_size)
{
	uintptr_t page = (uintptr_t)slot & -page_size;
	bool is_protected = page >= tables->relro && page < tables->relro_end;

	if (is_protected && !protect(page, page_size, PROT_READ | PROT_WRITE))
		return false;
	/* Another thread may be calling through the slot. */
	__atomic_store_n(slot, to, __ATOMIC_RELAXED);
	if (is_protected)
		protect(page, page_size, PROT_READ);
	return true;
}

/* A slot of the PLT that has not been called yet points back into the
 * object. */
static bool is_unbound(const struct dl_phdr_info *object, uint64_t type,
		       uintptr_t value)
{
	return type == TYPE_SLOT && ni_imports_holds(object, value, 1);
}

static bool is_libcs(uintptr_t value, const struct ni_imports *imports)
{
	for (unsigned i = 0; i < imports->libc_count; i++)
		if (ni_imports_holds(&imports->libc[i], value, 1))
			return true;
	return false;
}

static bool turn_row(const struct dl_phdr_info *object,
		     const struct tables *tables, const ElfW(Rela) *row,
		     const struct ni_imports *imports)
{
	uint64_t type = ELF64_R_TYPE(row->r_info);
	uintptr_t *slot = (uintptr_t *)(object->dlpi_addr + row->r_offset);
	uintptr_t to;

	if (type != TYPE_SLOT && type != TYPE_GOT &&
	    (type != TYPE_POINTER || row->r_addend))
		return false;
	to = imports->replacement(import_name(object, tables,
		(uint32_t)ELF64_R_SYM(row->r_info)));
	if (!to || (uintptr_t)slot % sizeof(*slot) ||
	    !holds(object, (uintptr_t)slot, sizeof(*slot), PF_R | PF_W))
		return false;
	if (!is_unbound(object, type, *slot) && !is_libcs(*slot, imports))
		return false;
	return write_slot(tables, slot, to, imports->page_size);
}

static unsigned turn_rows(const struct dl_phdr_info *object,
			  const struct tables *tables, uintptr_t address,
			  uintptr_t size, const struct ni_imports *imports)
{
	const ElfW(Rela) *row = (const ElfW(Rela) *)address;
	unsigned turned = 0;

	if (address % sizeof(uintptr_t) ||
	    !ni_imports_holds(object, address, size))
		return 0;
	for (; size >= sizeof(*row); row++, size -= sizeof(*row))
		turned += turn_row(object, tables, row, imports);
	return turned;
}

unsigned ni_imports_turn(const struct dl_phdr_info *object,
			 const struct ni_imports *imports)
{
	struct tables tables;

	if (!read_tables(object, &tables, imports->page_size))
		return 0;
	return turn_rows(object, &tables, tables.rows, tables.rows_size,
			 imports) +
	       turn_rows(object, &tables, tables.slots, tables.slots_size,
			 imports);
}
