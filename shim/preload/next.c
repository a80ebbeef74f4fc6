/*
 * next.c - the functions that the shim calls in turn: looked up once, or made of
 * system calls.
 */
#include "preload/next.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

#include "common/next_symbol.h"
#include "common/raw.h"

/* Where each pointer leads at first: way_on.S, and OWN calls below. */
#define CALL(name, result, parameters, way)             \
	extern __attribute__((visibility("hidden")))    \
	result ni_first_##name parameters;
#include "preload/calls.def"

struct ni_next ni_next = {
#define CALL(name, ...) .name = ni_first_##name,
#include "preload/calls.def"
};

struct ni_foreign ni_foreign;

/* What vfork.S and way_on.S need, by names that they can reach. */
long (*const *const ni_syscall_next)(long, ...) = &ni_next.syscall;
bool ni_vfork_is_foreign;
pid_t (*ni_vfork_foreign)(void);

int ni_call_failed(long result)
{
	return (int)ni_libc_result(result);
}

/* AArch64 has no dup2: dup3 is used, and for equal numbers F_GETFD. */
#ifndef SYS_dup2
int ni_first_dup2(int fd, int fd2)
{
	if (fd != fd2)
		return ni_first_dup3(fd, fd2, 0);
	return ni_libc_result(ni_raw3(SYS_fcntl, fd, F_GETFD, 0)) < 0 ? -1 : fd;
}
#endif

/* ---- what comes after us ---- */

enum {
#define CALL(name, ...) ROW_##name,
#include "preload/calls.def"
	ROWS
};

/* The names in one array, into which the rows have offsets: pointers would each
 * cost a relocation in every process that starts. */
static const struct names {
#define CALL(name, ...) char name[sizeof(#name)];
#include "preload/calls.def"
} names = {
#define CALL(name, ...) #name,
#include "preload/calls.def"
};

struct row {
	uint32_t hash;
	uint16_t name;
} __attribute__((packed));

static const struct row rows[] = {
#define CALL(name, ...) { NI_SYMBOL_HASH(#name), offsetof(struct names, name) },
#include "preload/calls.def"
};

static struct ni_symbol symbol_of(unsigned row)
{
	return (struct ni_symbol){
		.name = (const char *)&names + rows[row].name,
		.hash = rows[row].hash,
	};
}

_Static_assert(sizeof(struct ni_foreign) == ROWS, "one flag a row, in order");
_Static_assert(sizeof(struct ni_next) == ROWS * sizeof(void *),
	       "one pointer a row, in order");

enum ni_shadow ni_shadow;

static struct ni_neighbours neighbours;
static bool is_resolved;

static void list_rows(struct ni_symbol symbols[ROWS])
{
	for (unsigned i = 0; i < ROWS; i++)
		symbols[i] = symbol_of(i);
}

static void note_foreign(const struct ni_symbol symbols[ROWS])
{
	void **pointers = (void **)&ni_next;
	bool *foreign = (bool *)&ni_foreign;

	for (int i = 0; i < ROWS; i++) {
		if (!symbols[i].address)
			continue;
		foreign[i] = true;
		pointers[i] = symbols[i].address;
	}
	/* A library may define only one of the two names of fcntl. */
	if (ni_foreign.fcntl64 && !ni_foreign.fcntl) {
		ni_foreign.fcntl = true;
		ni_next.fcntl = ni_next.fcntl64;
	}
}

/* libc is asked later, or never. */
void ni_next_resolve(void)
{
	struct ni_symbol symbols[ROWS];

	if (ni_foreign_symbols(&rows, symbols, ROWS, list_rows, &neighbours))
		note_foreign(symbols);
	ni_vfork_foreign = ni_next.vfork;
	ni_vfork_is_foreign = ni_foreign.vfork;
	is_resolved = true;
	if (!neighbours.is_libc_behind)
		ni_is_shadowed();
}

/* Asked for at a hand-over, not at every start. */
bool ni_is_shadowed(void)
{
	struct ni_symbol symbols[ROWS];

	if (ni_shadow == NI_SHADOW_UNKNOWN) {
		list_rows(symbols);
		ni_shadow = ni_is_defined_in_front(&neighbours, symbols,
						   ROWS) ?
				    NI_SHADOW_SOME : NI_SHADOW_NONE;
	}
	return ni_shadow == NI_SHADOW_SOME;
}

const char *ni_next_own_file(void)
{
	if (!is_resolved)
		ni_next_resolve();
	return neighbours.own_file ? neighbours.own_file : "";
}

/* ---- LATER calls, the first time ---- */

static void closefrom_by_range(int first)
{
	if (first >= 0)
		ni_next.close_range((unsigned)first, ~0U, 0);
}

static int spawn_lacks(void)
{
	return ENOSYS;
}

static long call_lacks(void)
{
	return ni_call_failed(-ENOSYS);
}

static void *instead_of(unsigned row)
{
	if (row == ROW_closefrom)
		return (void *)closefrom_by_range;
	if (row == ROW_pidfd_spawn || row == ROW_pidfd_spawnp)
		return (void *)spawn_lacks;
	return (void *)call_lacks;
}

static void *next_function(unsigned row, bool is_old)
{
	struct ni_symbol symbol = symbol_of(row);

	symbol.is_old = is_old;
	/* Another constructor makes this call, before ours has run. */
	if (!is_resolved)
		ni_next_resolve();
	if (((bool *)&ni_foreign)[row])
		return ((void **)&ni_next)[row];
	return ni_libc_symbol(&symbol);
}

/* Two threads may do this at once: they write the same. */
void *ni_next_later(unsigned row)
{
	void *found = next_function(row, false);

	if (!found)
		return instead_of(row);
	__atomic_store_n((void **)&ni_next + row, found, __ATOMIC_RELAXED);
	return found;
}

void *ni_next_old(unsigned row)
{
	void *found = next_function(row, true);

	return found ? found : ni_next_later(row);
}
