/*
 * next_symbol.h - what dlsym(RTLD_NEXT) finds, for many names at once.
 *
 * A preloaded object must start fast and run on every glibc from 2.31 on: dlsym
 * costs 1,100 instructions per name, and its symbol version changed in 2.34. So
 * the hash tables of the loaded objects are read here, once.
 * No allocation, no system call; takes the loader's lock (dl_iterate_phdr), so
 * it is for constructors and not for signal handlers.
 */
#ifndef NI_COMMON_NEXT_SYMBOL_H
#define NI_COMMON_NEXT_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct ni_symbol {
	const char *name;
	uint32_t hash;		/* the GNU hash of name: ni_symbol_hash() */
	bool is_old;		/* not the version that new programs get, but
				 * one kept for programs linked before */
	bool is_foreign;	/* out: found in an object other than libc */
	void *address;		/* out: NULL if nobody defines it */
};

uint32_t ni_symbol_hash(const char *name);

/*
 * The same as a constant, for a literal of at most 14 characters. h * 33 + c for
 * each character, from 5381 on, is a sum in which each has its power of 33.
 */
#define NI_POWER_33(n) /* of 0 to 15 */                                    \
	(((n) & 1 ? 33u : 1u) * ((n) & 2 ? 1089u : 1u) *                   \
	 ((n) & 4 ? 1185921u : 1u) * ((n) & 8 ? 1954312449u : 1u))
#define NI_HASH_TERM(name, i)                                              \
	((i) + 1 < sizeof(name) ?                                          \
	 (uint32_t)(name)[(i) + 1 < sizeof(name) ? (i) : 0] *              \
	 NI_POWER_33(sizeof(name) - 2 - (i)) : 0u)
#define NI_HASH_TERMS(name, i) /* of seven characters */                   \
	(NI_HASH_TERM(name, i) + NI_HASH_TERM(name, (i) + 1) +             \
	 NI_HASH_TERM(name, (i) + 2) + NI_HASH_TERM(name, (i) + 3) +       \
	 NI_HASH_TERM(name, (i) + 4) + NI_HASH_TERM(name, (i) + 5) +       \
	 NI_HASH_TERM(name, (i) + 6))
#define NI_SYMBOL_HASH(name)                                               \
	(5381u * NI_POWER_33(sizeof(name) - 1) + NI_HASH_TERMS(name, 0) +  \
	 NI_HASH_TERMS(name, 7))

/* What stands around the caller's object in the loader's list. */
enum { NI_IN_FRONT_MAX = 6 };

struct ni_in_front {
	uintptr_t base;
	const void *parts;	/* program headers */
	uint16_t part_count;
};

struct ni_neighbours {
	const char *own_file;	/* as ni_own_file() */
	struct ni_in_front in_front[NI_IN_FRONT_MAX];
	unsigned in_front_count;
	/* One beyond these defines a symbol that was asked for. */
	bool is_shadowed;
	/* False: what is in front may have been loaded at run time, and may be
	 * unloaded. */
	bool is_libc_behind;
};

/**
 * ni_next_symbols - find who else defines these functions
 * @self: any address within the calling object; the search begins after it
 * @symbols, @count: name, hash and is_old filled in; the rest is written
 *
 * Objects are searched in the loader's order. libc and, before glibc 2.34,
 * libpthread count as libc. Where libc is not behind (musl lists itself in
 * front of what it preloads), libc alone is looked for in front.
 */
void ni_next_symbols(const void *self, struct ni_symbol *symbols, size_t count);

/**
 * ni_foreign_symbols - find who but libc defines these functions
 * @self: as for ni_next_symbols()
 * @symbols, @count: where @list writes; the answers are written there, too
 * @list: writes all of the symbols. Called if there is anybody to be asked: in
 *	many a process, there is not
 * @neighbours: zeroed; written for ni_is_defined_in_front()
 *
 * Afterwards, ni_libc_symbol() knows where libc is.
 *
 * Return: false if nobody was asked; then nothing was written to @symbols.
 */
bool ni_foreign_symbols(const void *self, struct ni_symbol *symbols,
			size_t count, void (*list)(struct ni_symbol *),
			struct ni_neighbours *neighbours);

/**
 * ni_libc_symbol - where libc has this function
 * @symbol: name, hash and is_old filled in
 *
 * Takes no lock and writes nothing, so it can be used in signal handlers and
 * vfork children.
 *
 * Return: NULL if libc has no such function, or has not been found yet.
 */
void *ni_libc_symbol(const struct ni_symbol *symbol);

/**
 * ni_own_symbol - where the object that contains this code has a function
 * @symbol: name, hash and is_old filled in
 *
 * Takes no lock and keeps no state.
 *
 * Return: NULL if the object exports no such function.
 */
void *ni_own_symbol(const struct ni_symbol *symbol);

/**
 * ni_is_defined_in_front - does an object in front define any of the symbols?
 *
 * Calls may then end there and not reach us. libc and our own recorder do not
 * count.
 * Takes no lock.
 */
bool ni_is_defined_in_front(const struct ni_neighbours *neighbours,
			    const struct ni_symbol *symbols, size_t count);

/* False if another C library has loaded us, and taken libc.so.6 to be itself.
 * musl is the only one that we know. */
bool ni_is_glibc(void);

/**
 * ni_own_file - the path by which the loader opened the object around @self
 *
 * Return: the loader's string, which lives as long as the object; "" if it is
 * not known.
 */
const char *ni_own_file(const void *self);

#pragma GCC visibility pop

#endif
