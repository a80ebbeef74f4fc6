/*
 * deepbind.c - finds what a dlopen has brought along and turns its imports.
 */
#include "preload/deepbind.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#include "common/base_name.h"
#include "common/next_symbol.h"
#include "preload/imports.h"
#include "preload/policy.h"

ni_dlopen *ni_dlopen_next;

/* Used if nobody defines dlopen; then nobody can call it. */
static void *no_dlopen(const char *file, int mode)
{
	(void)file;
	(void)mode;
	return NULL;
}

/* Before glibc 2.34, dlopen is in libdl.so.2, which may come after libc, where
 * the usual search ends, and may be loaded later than we are. */
static void resolve(void)
{
	struct ni_symbol symbol = { .name = "dlopen",
				    .hash = NI_SYMBOL_HASH("dlopen") };
	ni_dlopen *found;
	/* Not __errno_location: libpthread.so.0 had one, too. */
	const struct ni_symbol of_libc = { .name = "getppid",
					   .hash = NI_SYMBOL_HASH("getppid") };

	ni_next_symbols(&ni_dlopen_next, &symbol, 1);
	if (!symbol.address)
		ni_next_symbols(ni_libc_symbol(&of_libc), &symbol, 1);
	found = symbol.address ? (ni_dlopen *)symbol.address :
				 no_dlopen;
	__atomic_store_n(&ni_dlopen_next, found, __ATOMIC_RELAXED);
}

/* ---- what we define ---- */

/* The first letters of our names: most imports need no search. */
static bool can_be_interposed(char first)
{
	return first == '_' || (first >= 'a' && first <= 'v');
}

static uintptr_t own_function(const char *name)
{
	const struct ni_symbol symbol = { .name = name,
					  .hash = ni_symbol_hash(name) };

	return can_be_interposed(*name) ? (uintptr_t)ni_own_symbol(&symbol) : 0;
}

/* ---- what has been loaded ---- */

enum { LIBC_PARTS = 2 };

struct walk {
	uintptr_t first;	/* where the library lies */
	unsigned bound;		/* objects bound, from the library on */
	unsigned seen;		/* objects in the list, from it on */
	unsigned long long unloaded;	/* the loader's count */
	struct ni_imports imports;
	/* libc and, before glibc 2.34, its libpthread: they come first. */
	struct dl_phdr_info libc[LIBC_PARTS];
};

static bool is_libc(const struct dl_phdr_info *object)
{
	return ni_imports_holds(object, (uintptr_t)__errno_location, 1) ||
	       !strcmp(ni_base_name(object->dlpi_name), "libpthread.so.0");
}

/* Returns 1 if something was unloaded, so that the number of bound objects is
 * no longer valid. */
static int visit(struct dl_phdr_info *object, size_t size, void *data)
{
	struct walk *walk = data;

	(void)size;
	if (walk->unloaded != object->dlpi_subs) {
		walk->unloaded = object->dlpi_subs;
		return 1;
	}
	if (walk->seen || object->dlpi_addr == walk->first) {
		if (walk->seen++ < walk->bound)
			ni_imports_turn(object, &walk->imports);
	} else if (walk->imports.libc_count < LIBC_PARTS && is_libc(object)) {
		walk->libc[walk->imports.libc_count++] = *object;
	}
	return 0;
}

/* ---- who calls ---- */

enum { NOT_THE_CALLER, CALLER, CALLER_WITH_PATH };

static bool has_own_path(const struct dl_phdr_info *object)
{
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		const ElfW(Dyn) *entry = (const ElfW(Dyn) *)
			(object->dlpi_addr + part->p_vaddr);

		if (part->p_type != PT_DYNAMIC)
			continue;
		for (; entry->d_tag != DT_NULL; entry++)
			if (entry->d_tag == DT_RUNPATH ||
			    entry->d_tag == DT_RPATH)
				return true;
	}
	return false;
}

static int look_for_caller(struct dl_phdr_info *object, size_t size, void *data)
{
	(void)size;
	if (!ni_imports_holds(object, (uintptr_t)data, 1))
		return NOT_THE_CALLER;
	return has_own_path(object) ? CALLER_WITH_PATH : CALLER;
}

/* A path means the same for every caller; a bare name is first looked for along
 * the caller's own search path, and $ORIGIN is the caller's directory. */
static bool depends_on_caller(const char *file, uintptr_t address)
{
	if (strchr(file, '$'))
		return true;
	if (strchr(file, '/'))
		return false;
	return dl_iterate_phdr(look_for_caller, (void *)address) ==
	       CALLER_WITH_PATH;
}

/* Another thread may be in dlopen. Objects that it has put into the list and
 * not yet bound must not be changed: the loader would find pages read-only to
 * which it still writes. It holds a lock during all of a dlopen, so the objects
 * that were in the list before we get that lock are bound, as long as none has
 * been unloaded since. Where others load and unload without end, or a
 * dl_iterate_phdr that is not libc's does not know the library, the rest stays
 * as it is natively. */
static void turn(struct walk *walk)
{
	enum { TRIES = 100 };

	for (unsigned tries = 0; tries < TRIES; tries++) {
		bool is_unloaded;

		walk->seen = 0;
		is_unloaded = dl_iterate_phdr(visit, walk);
		if (!is_unloaded && walk->seen == walk->bound)
			return;
		walk->bound = is_unloaded ? 0 : walk->seen;
		ni_dlopen_next(NULL, RTLD_LAZY);
	}
}

static void *open_and_turn(const char *file, int mode)
{
	struct link_map *library = ni_dlopen_next(file, mode);
	struct walk walk;

	if (!library)
		return NULL;
	walk.first = library->l_addr;
	walk.bound = 0;
	walk.unloaded = 0;
	walk.imports = (struct ni_imports){ own_function, walk.libc, 0,
					    getauxval(AT_PAGESZ) };
	turn(&walk);
	return library;
}

ni_dlopen *ni_dlopen_choose(const char *file, int mode, uintptr_t caller)
{
	if (!ni_dlopen_next)
		resolve();
	if (!(mode & RTLD_DEEPBIND) || !file || !ni_is_glibc() ||
	    !ni_policy_now()->is_enforcing || depends_on_caller(file, caller))
		return ni_dlopen_next;
	return open_and_turn;
}
