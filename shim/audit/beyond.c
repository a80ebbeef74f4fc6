/*
 * beyond.c - finds the functions behind the hooks, once, and again for those
 * of libraries that are loaded later.
 */
#include "audit/beyond.h"

#include <errno.h>
#include <string.h>

#include "common/array.h"
#include "common/next_symbol.h"

struct ni_beyond ni_beyond;
void *ni_beyond_vfork, *ni_beyond_syscall;
__typeof__(posix_spawn) *ni_beyond_old_posix_spawn, *ni_beyond_old_posix_spawnp;

static const char *const names[] = {
#define CREATOR(number, name, ...) #name,
#define CALL(number, name, ...) #name,
#define UNNAMED(name, ...) #name,
#include "common/creators.def"
	"vfork", "syscall",
	/* The older symbol versions, which are different functions in libc. */
	"posix_spawn", "posix_spawnp",
};

enum { COUNT = ARRAY_LEN(names), OLD = COUNT - 2, TABLE = OLD - 2 };

_Static_assert(sizeof(struct ni_beyond) == TABLE * sizeof(void *), "creators.def");

/* Replaces what libc lacks. To the program it looks like an old kernel. */
static long missing(void)
{
	errno = ENOSYS;
	return -1;
}

/* Pointers are stored once each, never NULL in between: another thread may be
 * calling through them. */
static void store(void **to, void *address)
{
	__atomic_store_n(to, address, __ATOMIC_RELEASE);
}

void ni_beyond_resolve(void)
{
	struct ni_symbol symbols[COUNT];
	void **table = (void **)&ni_beyond;

	memset(symbols, 0, sizeof(symbols));
	for (size_t i = 0; i < COUNT; i++) {
		symbols[i].name = names[i];
		symbols[i].hash = ni_symbol_hash(names[i]);
		symbols[i].is_old = i >= OLD;
	}
	ni_next_symbols(&ni_beyond, symbols, COUNT);
	for (size_t i = 0; i < TABLE; i++)
		store(&table[i], symbols[i].address ? symbols[i].address :
						      (void *)missing);
	store(&ni_beyond_vfork, symbols[TABLE].address);
	store(&ni_beyond_syscall, symbols[TABLE + 1].address);
	store((void **)&ni_beyond_old_posix_spawn, symbols[OLD].address ?
	      symbols[OLD].address : (void *)ni_beyond.posix_spawn);
	store((void **)&ni_beyond_old_posix_spawnp, symbols[OLD + 1].address ?
	      symbols[OLD + 1].address : (void *)ni_beyond.posix_spawnp);
}

static void *find_behind(const void *where, const char *name)
{
	struct ni_symbol symbol = { .name = name };

	symbol.hash = ni_symbol_hash(name);
	ni_next_symbols(where, &symbol, 1);
	return symbol.address;
}

void *ni_beyond_in_libc(const char *name)
{
	return find_behind(&ni_beyond, name);
}

void ni_beyond_look_again(void **function, const char *name)
{
	void *libc, *address;

	if (*function != (void *)missing)
		return;
	/* What was loaded after libc comes after it. */
	libc = find_behind(&ni_beyond, "gnu_get_libc_version");
	address = libc ? find_behind(libc, name) : NULL;
	if (address)
		store(function, address);
}
