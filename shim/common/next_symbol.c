/*
 * next_symbol.c - looks names up in the hash tables of the loaded objects, as
 * the loader would.
 */
#include "common/next_symbol.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>

/* The dynamic section of one object, as far as a lookup needs it. */
struct object {
	uintptr_t base;
	const ElfW(Sym) *symbols;
	const char *strings;
	const ElfW(Versym) *versions;
	const uint32_t *gnu_hash;
	const uint32_t *sysv_hash;
	const char *name;	/* DT_SONAME, or "" */
	/* Of gnu_hash, whose first words they are. */
	const ElfW(Addr) *bloom;
	uint32_t bloom_mask, bloom_shift;
};

/* Where the last search ended: written once, and read without a lock. */
static struct object libc_object;
static bool is_libc_known;

/* The state of one walk over all objects. */
struct walk {
	uintptr_t self;
	bool is_behind_self;
	bool looks_in_front;	/* for libc, which is not behind */
	bool found_libc;
	struct ni_symbol *symbols;
	size_t count;
	void (*list)(struct ni_symbol *);	/* not called yet */
	bool skips_libc;
	struct ni_neighbours *neighbours;
	const char *own_file;
};

uint32_t ni_symbol_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

static uint32_t sysv_hash_of(const char *name)
{
	uint32_t hash = 0;

	for (; *name; name++) {
		uint32_t high;

		hash = (hash << 4) + (unsigned char)*name;
		high = hash & 0xf0000000;
		hash ^= high >> 24;
		hash &= ~high;
	}
	return hash;
}

/* glibc writes addresses there, other loaders leave offsets. */
static const void *at(const struct object *object, ElfW(Addr) value)
{
	return (const void *)(value < object->base ? value + object->base :
						     value);
}

/* Entries with low tags are stored by tag, which is fast: every process reads
 * libc's. */
static bool read_dynamic(struct object *object, const ElfW(Dyn) *entry)
{
	ElfW(Addr) low[DT_SONAME + 1], gnu_hash = 0, versions = 0;

	low[DT_HASH] = low[DT_STRTAB] = low[DT_SYMTAB] = low[DT_SONAME] = 0;
	for (; entry->d_tag != DT_NULL; entry++) {
		const ElfW(Addr) value = entry->d_un.d_ptr;

		if ((uint64_t)entry->d_tag <= DT_SONAME)
			low[entry->d_tag] = value;
		else if (entry->d_tag == DT_GNU_HASH)
			gnu_hash = value;
		else if (entry->d_tag == DT_VERSYM)
			versions = value;
	}
	if (!low[DT_SYMTAB] || !low[DT_STRTAB])
		return false;
	object->symbols = at(object, low[DT_SYMTAB]);
	object->strings = at(object, low[DT_STRTAB]);
	object->name = low[DT_SONAME] ? object->strings + low[DT_SONAME] : "";
	object->versions = versions ? at(object, versions) : NULL;
	object->sysv_hash = low[DT_HASH] ? at(object, low[DT_HASH]) : NULL;
	if (!gnu_hash)
		return object->sysv_hash;
	object->gnu_hash = at(object, gnu_hash);
	object->bloom = (const ElfW(Addr) *)&object->gnu_hash[4];
	object->bloom_mask = object->gnu_hash[2] - 1;
	object->bloom_shift = object->gnu_hash[3];
	return object->gnu_hash[0] && object->gnu_hash[2];
}

static bool read_object(struct object *object, const struct dl_phdr_info *info)
{
	*object = (struct object){ .base = info->dlpi_addr };
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			return read_dynamic(object, (const ElfW(Dyn) *)
				(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr));
	return false;
}

static bool contains(const struct dl_phdr_info *info, uintptr_t address)
{
	/* No object is that large: nearly always, this is the answer. */
	if (address - info->dlpi_addr > UINT32_MAX)
		return false;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_LOAD &&
		    address - (info->dlpi_addr + part->p_vaddr) < part->p_memsz)
			return true;
	}
	return false;
}

/* Is this row the symbol, in the version wanted? Like the loader, this accepts
 * a variable for a function. */
static bool fits(const struct object *object, uint32_t row,
		 const struct ni_symbol *wanted)
{
	const unsigned types = 1 << STT_OBJECT | 1 << STT_FUNC |
			       1 << STT_GNU_IFUNC;
	const ElfW(Sym) *symbol = &object->symbols[row];
	const unsigned hidden = 15;	/* this bit */
	bool is_old = object->versions && object->versions[row] >> hidden;

	return symbol->st_shndx != SHN_UNDEF &&
	       (types >> (symbol->st_info & 0xf) & 1) &&
	       is_old == wanted->is_old &&
	       !strcmp(object->strings + symbol->st_name, wanted->name);
}

/* False means no, true means perhaps. Nearly every search ends here. */
static inline __attribute__((always_inline)) bool
may_define(const struct object *object, const struct ni_symbol *wanted)
{
	const unsigned bits = 8 * sizeof(*object->bloom);
	const uint32_t hash = wanted->hash;
	ElfW(Addr) word;

	if (!object->gnu_hash)
		return true;
	word = object->bloom[(hash / bits) & object->bloom_mask];
	return word >> (hash % bits) &
	       word >> ((hash >> object->bloom_shift) % bits) & 1;
}

static uint32_t find_by_gnu_hash(const struct object *object,
				 const struct ni_symbol *wanted)
{
	const uint32_t *table = object->gnu_hash;
	const uint32_t bucket_count = table[0], first = table[1];
	const uint32_t *buckets = (const uint32_t *)
		(object->bloom + object->bloom_mask + 1);
	const uint32_t *chains = buckets + bucket_count;
	const uint32_t hash = wanted->hash;
	uint32_t row = buckets[hash % bucket_count];

	if (row < first)
		return 0;
	for (;; row++) {
		uint32_t other = chains[row - first];

		if ((other | 1) == (hash | 1) && fits(object, row, wanted))
			return row;
		if (other & 1)
			return 0;
	}
}

static uint32_t find_by_sysv_hash(const struct object *object,
				  const struct ni_symbol *wanted)
{
	const uint32_t *table = object->sysv_hash;
	const uint32_t bucket_count = table[0];
	const uint32_t *buckets = &table[2];
	const uint32_t *chains = buckets + bucket_count;
	uint32_t row;

	if (!bucket_count)
		return 0;
	row = buckets[sysv_hash_of(wanted->name) % bucket_count];
	while (row && !fits(object, row, wanted))
		row = chains[row];
	return row;
}

static uint32_t find_row(const struct object *object,
			 const struct ni_symbol *wanted)
{
	return object->gnu_hash ? find_by_gnu_hash(object, wanted) :
				  find_by_sysv_hash(object, wanted);
}

static void *find(const struct object *object, const struct ni_symbol *wanted)
{
	const ElfW(Sym) *symbol;
	uintptr_t address;
	uint32_t row;

	if (!may_define(object, wanted) || !(row = find_row(object, wanted)))
		return NULL;
	symbol = &object->symbols[row];
	address = object->base + symbol->st_value;
	if ((symbol->st_info & 0xf) == STT_GNU_IFUNC)
		return ((void *(*)(void))address)();
	return (void *)address;
}

/* Our own dynamic section (_DYNAMIC) tells: glibc's loader writes addresses
 * into it before any code of ours runs, musl's leaves what the file has. A
 * symbol that only one of them defines would tell, too, but cost a look-up in
 * every process. */
extern const char own_start[] __asm__("__ehdr_start")
	__attribute__((visibility("hidden")));

bool ni_is_glibc(void)
{
	const ElfW(Dyn) *entry = _DYNAMIC;

	while (entry->d_tag != DT_STRTAB)
		entry++;
	return entry->d_un.d_ptr > (uintptr_t)own_start;
}

enum part_of_libc { NOT_LIBC, SOME_OF_LIBC, ALL_OF_LIBC };

/* Other C libraries may have any name and are one file with their loader: libc
 * is the object that contains __errno_location. */
static enum part_of_libc part_of_libc(const struct object *object,
				      const struct dl_phdr_info *info)
{
	if (!ni_is_glibc())
		return contains(info, (uintptr_t)&__errno_location) ?
			       ALL_OF_LIBC : NOT_LIBC;
	if (!strcmp(object->name, "libc.so.6"))
		return ALL_OF_LIBC;
	return strcmp(object->name, "libpthread.so.0") ? NOT_LIBC :
							 SOME_OF_LIBC;
}

static bool defines_any(const struct object *object,
			const struct ni_symbol *symbols, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (may_define(object, &symbols[i]) &&
		    find_row(object, &symbols[i]))
			return true;
	return false;
}

/* Whether calls may end in that object, which is in front, and never reach us.
 * libc and our own recorder do not count. */
static bool bypasses(const struct dl_phdr_info *info,
		     const struct ni_symbol *symbols, size_t count)
{
	struct object object;

	return read_object(&object, info) &&
	       part_of_libc(&object, info) == NOT_LIBC &&
	       strcmp(object.name, "libnoinherit-audit.so") &&
	       defines_any(&object, symbols, count);
}

static void list_symbols(struct walk *walk)
{
	if (walk->list)
		walk->list(walk->symbols);
	walk->list = NULL;
}

/* The object stays mapped, so to note it is enough: whether it matters is asked
 * when that is needed. */
static void note_in_front(struct walk *walk, const struct dl_phdr_info *info)
{
	struct ni_neighbours *neighbours = walk->neighbours;

	if (!neighbours || walk->looks_in_front)
		return;
	if (neighbours->in_front_count == NI_IN_FRONT_MAX) {
		list_symbols(walk);
		neighbours->is_shadowed |=
			bypasses(info, walk->symbols, walk->count);
		return;
	}
	neighbours->in_front[neighbours->in_front_count++] =
		(struct ni_in_front){ info->dlpi_addr, info->dlpi_phdr,
				      info->dlpi_phnum };
}

static void ask(struct walk *walk, const struct object *object,
		enum part_of_libc libc)
{
	list_symbols(walk);
	for (size_t i = 0; i < walk->count; i++) {
		struct ni_symbol *symbol = &walk->symbols[i];

		if (symbol->address)
			continue;
		symbol->address = find(object, symbol);
		symbol->is_foreign = symbol->address && libc == NOT_LIBC;
	}
}

/* Returns whether that was libc: nothing behind it answers a name of libc's
 * before it does. */
static bool look_into(struct walk *walk, const struct dl_phdr_info *info)
{
	struct object object;
	enum part_of_libc libc;

	if (!read_object(&object, info))
		return false;
	libc = part_of_libc(&object, info);
	/* Another preloaded object in front calls us, not we it. */
	if (walk->looks_in_front && libc == NOT_LIBC)
		return false;
	if (libc == NOT_LIBC || !walk->skips_libc)
		ask(walk, &object, libc);
	if (libc != ALL_OF_LIBC)
		return false;
	walk->found_libc = true;
	if (!is_libc_known) {
		libc_object = object;
		__atomic_store_n(&is_libc_known, true, __ATOMIC_RELEASE);
	}
	return true;
}

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
	struct walk *walk = data;

	(void)size;
	if (!walk->is_behind_self && contains(info, walk->self)) {
		walk->is_behind_self = true;
		walk->own_file = info->dlpi_name;
		return walk->looks_in_front;
	}
	if (walk->is_behind_self || walk->looks_in_front)
		return look_into(walk, info);
	note_in_front(walk, info);
	return 0;
}

static void walk_all(struct walk *walk)
{
	dl_iterate_phdr(visit, walk);
	if (walk->neighbours) {
		walk->neighbours->own_file = walk->own_file;
		walk->neighbours->is_libc_behind = walk->found_libc;
	}
	if (walk->found_libc)
		return;
	walk->is_behind_self = false;
	walk->looks_in_front = true;
	dl_iterate_phdr(visit, walk);
}

void ni_next_symbols(const void *self, struct ni_symbol *symbols, size_t count)
{
	struct walk walk = {
		.self = (uintptr_t)self,
		.symbols = symbols,
		.count = count,
	};

	for (size_t i = 0; i < count; i++) {
		symbols[i].address = NULL;
		symbols[i].is_foreign = false;
	}
	walk_all(&walk);
}

bool ni_foreign_symbols(const void *self, struct ni_symbol *symbols,
			size_t count, void (*list)(struct ni_symbol *),
			struct ni_neighbours *neighbours)
{
	struct walk walk = {
		.self = (uintptr_t)self,
		.symbols = symbols,
		.count = count,
		.list = list,
		.skips_libc = true,
		.neighbours = neighbours,
	};

	neighbours->in_front_count = 0;
	walk_all(&walk);
	return !walk.list;
}

void *ni_libc_symbol(const struct ni_symbol *symbol)
{
	return __atomic_load_n(&is_libc_known, __ATOMIC_ACQUIRE) ?
		       find(&libc_object, symbol) : NULL;
}

void *ni_own_symbol(const struct ni_symbol *symbol)
{
	struct object own = { .base = (uintptr_t)own_start };

	return read_dynamic(&own, _DYNAMIC) ? find(&own, symbol) : NULL;
}

bool ni_is_defined_in_front(const struct ni_neighbours *neighbours,
			    const struct ni_symbol *symbols, size_t count)
{
	for (unsigned i = 0; i < neighbours->in_front_count; i++) {
		const struct ni_in_front *object = &neighbours->in_front[i];
		const struct dl_phdr_info info = {
			.dlpi_addr = object->base,
			.dlpi_phdr = object->parts,
			.dlpi_phnum = object->part_count,
		};

		if (bypasses(&info, symbols, count))
			return true;
	}
	return neighbours->is_shadowed;
}

static int look_for_self(struct dl_phdr_info *info, size_t size, void *data)
{
	struct walk *walk = data;

	(void)size;
	if (!contains(info, walk->self))
		return 0;
	walk->own_file = info->dlpi_name;
	return 1;
}

const char *ni_own_file(const void *self)
{
	struct walk walk = { .self = (uintptr_t)self, .own_file = "" };

	dl_iterate_phdr(look_for_self, &walk);
	return walk.own_file;
}
