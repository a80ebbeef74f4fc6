/*
 * arena.c - memory that lives as long as a report, and tables of distinct things.
 */
#include "cli/report/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/message.h"

#define BLOCK_SIZE ((size_t)256 * 1024)

struct ni_arena_block {
	struct ni_arena_block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct ni_distinct_entry {
	const void *bytes;
	size_t size;
	uint64_t hash;
};

static void *or_exit(void *memory)
{
	if (!memory)
		exit(ni_error(NI_EXIT_TROUBLE,
			      "cannot build the report: out of memory"));
	return memory;
}

static struct ni_arena_block *add_block(struct ni_arena *arena, size_t least)
{
	size_t size = least > BLOCK_SIZE ? least : BLOCK_SIZE;
	struct ni_arena_block *block = NULL;

	if (size < SIZE_MAX - sizeof(*block))
		block = calloc(1, sizeof(*block) + size);
	block = or_exit(block);
	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *ni_arena_take(struct ni_arena *arena, size_t size)
{
	struct ni_arena_block *block = arena->blocks;
	size_t aligned;
	void *memory;

	if (size > SIZE_MAX / 2)
		or_exit(NULL);
	aligned = (size + alignof(max_align_t) - 1) &
		  ~(alignof(max_align_t) - 1);
	if (!block || block->size - block->used < aligned)
		block = add_block(arena, aligned);
	memory = block->bytes + block->used;
	block->used += aligned;
	return memory;
}

void *ni_arena_array(struct ni_arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		or_exit(NULL);
	return ni_arena_take(arena, count * size);
}

char *ni_arena_copy(struct ni_arena *arena, const char *text, size_t length)
{
	char *copy = ni_arena_take(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *ni_arena_format(struct ni_arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text = NULL, *copy;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		or_exit(NULL);
	copy = ni_arena_copy(arena, text, (size_t)length);
	free(text);
	return copy;
}

void ni_arena_free(struct ni_arena *arena)
{
	while (arena->blocks) {
		struct ni_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
}

void *ni_array_push(void *array, size_t *count, size_t *room, size_t size)
{
	char *memory;

	memcpy(&memory, array, sizeof(memory));
	if (*count == *room) {
		*room = *room ? *room * 2 : 16;
		memory = or_exit(reallocarray(memory, *room, size));
		memcpy(array, &memory, sizeof(memory));
	}
	memory += (*count)++ * size;
	memset(memory, 0, size);
	return memory;
}

/* FNV-1a. */
static uint64_t hash_of(const unsigned char *bytes, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	return hash ^ hash >> 32;
}

static void grow_slots(struct ni_distinct *distinct)
{
	size_t count = distinct->slot_count ? distinct->slot_count * 2 : 64;
	uint32_t *slots = or_exit(calloc(count, sizeof(*slots)));

	for (size_t i = 0; i < distinct->count; i++) {
		size_t at = distinct->entries[i].hash & (count - 1);

		while (slots[at])
			at = (at + 1) & (count - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(distinct->slots);
	distinct->slots = slots;
	distinct->slot_count = count;
}

static bool is_entry(const struct ni_distinct_entry *entry, uint64_t hash,
		    const void *bytes, size_t size)
{
	return entry->hash == hash && entry->size == size &&
	       (!size || !memcmp(entry->bytes, bytes, size));
}

/* The slot with these bytes, or the free one where they would go. */
static size_t find_slot(const struct ni_distinct *distinct, uint64_t hash,
			const void *bytes, size_t size)
{
	size_t at = hash & (distinct->slot_count - 1);

	while (distinct->slots[at] &&
	       !is_entry(&distinct->entries[distinct->slots[at] - 1], hash,
			 bytes, size))
		at = (at + 1) & (distinct->slot_count - 1);
	return at;
}

uint32_t ni_distinct_number(struct ni_distinct *distinct, const void *bytes,
			    size_t size)
{
	uint64_t hash = hash_of(bytes, size);
	struct ni_distinct_entry *entry;
	size_t at;

	if (distinct->count >= UINT32_MAX - 1)
		or_exit(NULL);
	if (distinct->count * 2 >= distinct->slot_count)
		grow_slots(distinct);
	at = find_slot(distinct, hash, bytes, size);
	if (distinct->slots[at])
		return distinct->slots[at] - 1;
	entry = ni_array_push(&distinct->entries, &distinct->count,
			      &distinct->room, sizeof(*entry));
	entry->bytes = ni_arena_copy(distinct->arena, size ? bytes : "", size);
	entry->size = size;
	entry->hash = hash;
	distinct->slots[at] = (uint32_t)distinct->count;
	return (uint32_t)distinct->count - 1;
}

uint32_t ni_distinct_text(struct ni_distinct *distinct, const char *text)
{
	return ni_distinct_number(distinct, text, strlen(text));
}

bool ni_distinct_has(const struct ni_distinct *distinct, const void *bytes,
		    size_t size)
{
	if (!distinct->count)
		return false;
	return distinct->slots[find_slot(distinct, hash_of(bytes, size), bytes,
					 size)] != 0;
}

const void *ni_distinct_bytes(const struct ni_distinct *distinct,
			      uint32_t number, size_t *size)
{
	const struct ni_distinct_entry *entry = &distinct->entries[number];

	if (size)
		*size = entry->size;
	return entry->bytes;
}

void ni_distinct_free(struct ni_distinct *distinct)
{
	free(distinct->entries);
	free(distinct->slots);
	*distinct = (struct ni_distinct){ .arena = distinct->arena };
}
