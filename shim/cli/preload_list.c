/*
 * preload_list.c - the value of LD_PRELOAD.
 */
#include "cli/preload_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What the loader splits the list at (glibc, elf/rtld.c: both). */
#define SEPARATORS " :"

/* One entry, in place: not terminated. */
struct entry {
	const char *text;
	size_t length;
};

static int next_entry(const char **rest, struct entry *entry)
{
	*rest += strspn(*rest, SEPARATORS);
	entry->text = *rest;
	entry->length = strcspn(*rest, SEPARATORS);
	*rest += entry->length;
	return entry->length > 0;
}

static struct entry file_name(struct entry entry)
{
	const char *slash = memrchr(entry.text, '/', entry.length);

	if (slash) {
		entry.length -= (size_t)(slash + 1 - entry.text);
		entry.text = slash + 1;
	}
	return entry;
}

static bool is_same(struct entry a, struct entry b)
{
	return a.length == b.length && !memcmp(a.text, b.text, a.length);
}

static struct entry entry_of(const char *path)
{
	return (struct entry){ path, strlen(path) };
}

static bool starts_with(struct entry entry, const char *prefix)
{
	size_t size = strlen(prefix);

	return entry.length >= size && !memcmp(entry.text, prefix, size);
}

/* gcc's and clang's names for the runtime that must be loaded first. */
static bool is_address_sanitizer(struct entry entry)
{
	return starts_with(file_name(entry), "libasan.so") ||
	       starts_with(file_name(entry), "libclang_rt.asan");
}

static bool lists(const char *list, struct entry wanted)
{
	struct entry entry;

	while (next_entry(&list, &entry))
		if (is_same(entry, wanted))
			return true;
	return false;
}

bool ni_preload_can_carry(const char *path)
{
	return !strpbrk(path, SEPARATORS "$");
}

bool ni_preload_list_has(const char *existing, const char *file_prefix)
{
	struct entry entry;

	while (existing && next_entry(&existing, &entry))
		if (starts_with(file_name(entry), file_prefix))
			return true;
	return false;
}

static void append(char *list, struct entry entry)
{
	char *end = list + strlen(list);

	if (end > list)
		*end++ = ':';
	memcpy(end, entry.text, entry.length);
	end[entry.length] = '\0';
}

/* Whether the entry is a copy of one of the objects, in another place. */
static bool is_other_copy(struct entry entry, const char *const *objects)
{
	for (; *objects; objects++) {
		struct entry object = entry_of(*objects);

		if (is_same(file_name(entry), file_name(object)) &&
		    !is_same(entry, object))
			return true;
	}
	return false;
}

static size_t room_for(const char *existing, const char *const *objects)
{
	size_t size = strlen(existing) + 1;

	for (; *objects; objects++)
		size += strlen(*objects) + 1;
	return size;
}

char *ni_preload_list(const char *existing, const char *const *objects)
{
	const char *rest = existing ? existing : "";
	char *list = calloc(1, room_for(rest, objects) + 1);
	struct entry entry;
	int more;

	if (!list)
		return NULL;
	while ((more = next_entry(&rest, &entry)) && is_address_sanitizer(entry))
		append(list, entry);
	for (size_t i = 0; objects[i]; i++)
		if (!existing || !lists(existing, entry_of(objects[i])))
			append(list, entry_of(objects[i]));
	for (; more; more = next_entry(&rest, &entry))
		if (!is_other_copy(entry, objects) && !lists(list, entry))
			append(list, entry);
	return list;
}
