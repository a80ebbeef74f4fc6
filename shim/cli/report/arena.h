/*
 * arena.h - memory that lives as long as a report, and tables of distinct things.
 *
 * A report is built once, printed and forgotten: nothing is freed singly. When
 * memory runs out there is nothing left to report: one line, and status 125.
 */
#ifndef NI_CLI_ARENA_H
#define NI_CLI_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ni_arena {
	struct ni_arena_block *blocks;
};

/* Zeroed, aligned for anything. */
void *ni_arena_take(struct ni_arena *arena, size_t size);

/* The same for an array; a product that overflows counts as no memory. */
void *ni_arena_array(struct ni_arena *arena, size_t count, size_t size);

char *ni_arena_copy(struct ni_arena *arena, const char *text, size_t length);

__attribute__((format(printf, 2, 3)))
char *ni_arena_format(struct ni_arena *arena, const char *format, ...);

void ni_arena_free(struct ni_arena *arena);

/*
 * A growing array outside an arena. Makes room for one more of size bytes at
 * *array and returns it, zeroed; count is what is in use, room what fits.
 */
void *ni_array_push(void *array, size_t *count, size_t *room, size_t size);

/*
 * The bytes that were put in get numbers 0, 1, 2 ... in the order in which they
 * first came; the same bytes get the same number again.
 */
struct ni_distinct {
	struct ni_arena *arena;
	struct ni_distinct_entry *entries;
	size_t count, room;
	uint32_t *slots;	/* entry number + 1, by hash; 0 is free */
	size_t slot_count;
};

uint32_t ni_distinct_number(struct ni_distinct *distinct, const void *bytes,
			    size_t size);

/* The same for a string. */
uint32_t ni_distinct_text(struct ni_distinct *distinct, const char *text);

bool ni_distinct_has(const struct ni_distinct *distinct, const void *bytes,
		    size_t size);

/* The bytes of a number below distinct->count. size may be NULL. */
const void *ni_distinct_bytes(const struct ni_distinct *distinct,
			      uint32_t number, size_t *size);

/* The tables only: the bytes belong to the arena. */
void ni_distinct_free(struct ni_distinct *distinct);

#endif
