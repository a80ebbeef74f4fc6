#include "next.h"

#include <errno.h>
#include <string.h>

#include "common/next_symbol.h"
#include "recorder.h"

struct ni_next ni_next;
void *ni_next_vfork, *ni_next_syscall;

static const char *const names[] = {
#define CALL(name, result, parameters) #name,
#include "calls.def"
#undef CALL
	"vfork", "syscall",
};

enum { COUNT = ARRAY_LEN(names), TABLE = COUNT - 2 };

_Static_assert(sizeof(struct ni_next) == TABLE * sizeof(void *), "calls.def");

/* Stands for what libc lacks. The program cannot tell from an old kernel. */
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

void ni_next_resolve(void)
{
	struct ni_symbol symbols[COUNT];
	void **table = (void **)&ni_next;

	memset(symbols, 0, sizeof(symbols));
	for (size_t i = 0; i < COUNT; i++) {
		symbols[i].name = names[i];
		symbols[i].hash = ni_symbol_hash(names[i]);
	}
	ni_next_symbols(&ni_next, symbols, COUNT);
	for (size_t i = 0; i < TABLE; i++)
		store(&table[i], symbols[i].address ? symbols[i].address :
						      (void *)missing);
	store(&ni_next_vfork, symbols[TABLE].address);
	store(&ni_next_syscall, symbols[TABLE + 1].address);
}

static void *find_behind(const void *where, const char *name)
{
	struct ni_symbol symbol = { .name = name };

	symbol.hash = ni_symbol_hash(name);
	ni_next_symbols(where, &symbol, 1);
	return symbol.address;
}

void *ni_next_in_libc(const char *name)
{
	return find_behind(&ni_next, name);
}

void ni_next_look_again(void **function, const char *name)
{
	void *libc, *address;

	if (*function != (void *)missing)
		return;
	/* What was loaded later than libc stands behind it. */
	libc = find_behind(&ni_next, "gnu_get_libc_version");
	address = libc ? find_behind(libc, name) : NULL;
	if (address)
		store(function, address);
}
