/*
 * modules.c - the loaded files in the order of their addresses, each written
 * to the trace when the first stack runs through it.
 */
#include "audit/modules.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#include "audit/hash.h"
#include "audit/recorder.h"
#include "audit/trace_writer.h"
#include "common/raw.h"

enum { START_MODULES = 256, BUILD_ID_MAX = 32 };

/* struct dl_find_object of glibc 2.35, which older headers lack. */
struct found_object {
	unsigned long long flags;
	void *start, *end;
	struct link_map *map;
	void *eh_frame;
	unsigned long long reserved[7];
};

/* A file's program headers, in memory. */
struct headers {
	const ElfW(Phdr) *parts;
	size_t count;
};

/* What identifies a module in the trace. */
struct identity {
	const struct ni_mapped *module;
	const char *path;
	const uint8_t *build_id;
	size_t path_size, build_id_size;
};

struct start_module {
	struct ni_mapped module;
	struct headers headers;
	const char *path;
};

static int (*find_object)(void *address, struct found_object *result);
static struct start_module start_modules[START_MODULES];
static size_t start_count;

/* ---- program headers ----------------------------------------------------- */

static bool is_inside(const struct ni_mapped *module, uintptr_t at, size_t size)
{
	return at >= module->start && at <= module->end &&
	       size <= module->end - at;
}

static bool is_mapped(uintptr_t at)
{
	const uintptr_t page = 4096;
	unsigned char there;

	return ni_raw3(SYS_mincore, (long)(at & ~(page - 1)), (long)page,
		       (long)&there) == 0;
}

/* The file's own header, which the linker puts at its start. */
static struct headers headers_at(uintptr_t at)
{
	const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)at;
	struct headers none = { NULL, 0 };

	if (memcmp(header->e_ident, ELFMAG, SELFMAG) ||
	    header->e_phentsize != sizeof(ElfW(Phdr)) ||
	    header->e_phoff + header->e_phnum * sizeof(ElfW(Phdr)) > 4096)
		return none;
	return (struct headers){ (const ElfW(Phdr) *)(at + header->e_phoff),
				 header->e_phnum };
}

/* If a file has gaps between its segments, the loader gives only one segment:
 * then the file's start is elsewhere. */
static struct headers headers_of(const struct found_object *found)
{
	uintptr_t start = (uintptr_t)found->start, bias = found->map->l_addr;
	struct headers headers;

	if (!*found->map->l_name)
		return (struct headers){
			(const ElfW(Phdr) *)getauxval(AT_PHDR),
			getauxval(AT_PHNUM) };
	headers = headers_at(start);
	if (!headers.count && bias && bias != start && is_mapped(bias))
		headers = headers_at(bias);
	return headers;
}

/* All of the file's segments: its tables may lie in another one than its
 * code. */
static void widen(struct ni_mapped *module, const struct headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const ElfW(Phdr) *part = &headers->parts[i];
		uintptr_t at = module->bias + part->p_vaddr;

		if (part->p_type != PT_LOAD)
			continue;
		if (at < module->start)
			module->start = at;
		if (at + part->p_memsz > module->end)
			module->end = at + part->p_memsz;
	}
}

/* ---- finding ------------------------------------------------------------- */

static int note_start_module(struct dl_phdr_info *info, size_t size, void *data)
{
	struct start_module *known = &start_modules[start_count];

	(void)size;
	(void)data;
	if (start_count == START_MODULES)
		return 1;
	known->module.start = UINTPTR_MAX;
	known->module.bias = info->dlpi_addr;
	known->path = info->dlpi_name;
	known->headers = (struct headers){ info->dlpi_phdr, info->dlpi_phnum };
	widen(&known->module, &known->headers);
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME)
			known->module.eh_frame_table = (const void *)
				(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	start_count++;
	return 0;
}

void ni_modules_start(void *address)
{
	*(void **)&find_object = address;
	if (!address)
		dl_iterate_phdr(note_start_module, NULL);
}

static const char *find_at_start(uintptr_t address, struct ni_mapped *module,
				 struct headers *headers)
{
	for (size_t i = 0; i < start_count; i++) {
		const struct start_module *known = &start_modules[i];

		if (!is_inside(&known->module, address, 1))
			continue;
		*module = known->module;
		*headers = known->headers;
		return known->path;
	}
	return NULL;
}

static const char *find(uintptr_t address, struct ni_mapped *module,
			struct headers *headers)
{
	struct found_object found;

	if (!find_object)
		return find_at_start(address, module, headers);
	if (find_object((void *)address, &found))
		return NULL;
	*module = (struct ni_mapped){ (uintptr_t)found.start,
				      (uintptr_t)found.end, found.map->l_addr,
				      found.eh_frame, 0 };
	*headers = headers_of(&found);
	widen(module, headers);
	return found.map->l_name;
}

/* ---- build-id ------------------------------------------------------------ */

static void find_build_id(struct identity *identity, uintptr_t at, size_t size)
{
	while (size >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
		size_t name = (note->n_namesz + 3u) & ~3u;
		size_t whole = sizeof(*note) + name +
			       ((note->n_descsz + 3u) & ~3u);

		if (whole > size)
			return;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    !memcmp(note + 1, "GNU", 4) &&
		    note->n_descsz <= BUILD_ID_MAX) {
			identity->build_id =
				(const uint8_t *)(note + 1) + name;
			identity->build_id_size = note->n_descsz;
			return;
		}
		at += whole;
		size -= whole;
	}
}

static void read_notes(struct identity *identity, const struct headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		const ElfW(Phdr) *part = &headers->parts[i];
		uintptr_t at = identity->module->bias + part->p_vaddr;

		if (part->p_type == PT_NOTE && !identity->build_id &&
		    is_inside(identity->module, at, part->p_filesz))
			find_build_id(identity, at, part->p_filesz);
	}
}

/* ---- the record ---------------------------------------------------------- */

static bool is_same(const void *record, const void *wanted)
{
	const struct ni_trace_module *known = record;
	const struct identity *identity = wanted;
	const uint8_t *bytes = (const uint8_t *)(known + 1);

	return known->start == identity->module->start &&
	       known->end == identity->module->end &&
	       known->bias == identity->module->bias &&
	       known->build_id_size == identity->build_id_size &&
	       known->path_size == identity->path_size &&
	       !memcmp(bytes, identity->build_id, identity->build_id_size) &&
	       !memcmp(bytes + identity->build_id_size, identity->path,
		       identity->path_size);
}

static uint32_t key_of(const struct identity *identity)
{
	uint64_t hash = ni_hash_bytes(NI_HASH_START, identity->path,
				      identity->path_size);

	hash = ni_hash_bytes(hash, identity->build_id, identity->build_id_size);
	return ni_hash_end(ni_hash_word(hash, identity->module->start));
}

static uint32_t enter(const struct identity *identity, uint32_t key)
{
	struct ni_trace_header *trace = ni_recorder.trace;
	struct ni_trace_module *record;
	uint8_t *bytes;

	record = ni_trace_claim(NI_RECORD_MODULE,
				sizeof(*record) + identity->build_id_size +
					identity->path_size,
				key, NI_ROOM_SITE, NI_DROPPED_MODULES);
	if (!record)
		return 0;
	record->start = identity->module->start;
	record->end = identity->module->end;
	record->bias = identity->module->bias;
	record->number = 1 + __atomic_fetch_add(&trace->modules_used, 1,
						__ATOMIC_RELAXED);
	record->build_id_size = (uint8_t)identity->build_id_size;
	record->path_size = (uint16_t)identity->path_size;
	bytes = (uint8_t *)(record + 1);
	memcpy(bytes, identity->build_id, identity->build_id_size);
	memcpy(bytes + identity->build_id_size, identity->path,
	       identity->path_size);
	record = ni_trace_enter(record, is_same, identity);
	return record->number <= UINT16_MAX ? record->number : 0;
}

static uint32_t number_of(const struct ni_mapped *module, const char *path,
			  const struct headers *headers)
{
	const struct ni_trace_header *trace = ni_recorder.trace;
	struct identity identity = {
		.module = module, .path = path, .path_size = strlen(path),
	};
	const struct ni_trace_module *known;
	uint32_t key;

	/* The loader has no name for the program itself. */
	if (!*path) {
		identity.path = (const char *)trace->strings;
		identity.path_size = trace->exe_size;
	}
	if (identity.path_size > 4096)
		identity.path_size = 4096;
	read_notes(&identity, headers);
	if (!identity.build_id)
		identity.build_id = (const uint8_t *)"";
	key = key_of(&identity);
	known = ni_trace_seek(NI_RECORD_MODULE, key, is_same, &identity);
	return known ? known->number : enter(&identity, key);
}

bool ni_modules_find(uintptr_t address, struct ni_mapped *module)
{
	struct headers headers = { NULL, 0 };
	struct ni_mapped found;
	const char *path = find(address, &found, &headers);

	if (!path)
		return false;
	found.number = number_of(&found, path, &headers);
	*module = found;
	return true;
}
