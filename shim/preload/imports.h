/*
 * imports.h - redirects the imports of a loaded object to other functions.
 *
 * Reads the object's dynamic section as the loader left it. No allocation, no
 * lock; the only system call is mprotect, around slots that the loader has made
 * read-only. A damaged section is left alone: nothing outside the object's
 * segments is read or written.
 */
#ifndef NI_PRELOAD_IMPORTS_H
#define NI_PRELOAD_IMPORTS_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct ni_imports {
	/* What replaces @name; 0 leaves it alone. */
	uintptr_t (*replacement)(const char *name);
	/* The objects whose functions may be replaced; no others are. */
	const struct dl_phdr_info *libc;
	unsigned libc_count;
	uintptr_t page_size;
};

/**
 * ni_imports_turn - write replacements into the import slots of an object
 * @object: as dl_iterate_phdr describes it
 *
 * Must not run in two threads at once: call it from dl_iterate_phdr, which
 * holds the loader's lock.
 *
 * Return: how many slots were written.
 */
unsigned ni_imports_turn(const struct dl_phdr_info *object,
			 const struct ni_imports *imports);

/* Does a segment of @object hold [@address, @address + @size)? */
bool ni_imports_holds(const struct dl_phdr_info *object, uintptr_t address,
		      uintptr_t size);

#pragma GCC visibility pop

#endif
