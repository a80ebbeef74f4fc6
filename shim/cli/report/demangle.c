/*
 * demangle.c - names of C++ functions as they are written in the source.
 *
 * Uses __cxa_demangle() of the C++ library, which is looked for when the first
 * such name comes: the command needs it for nothing else, and whoever runs C++
 * programs has it.
 */
#include "cli/report/demangle.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Longer ones are templates in templates, which nobody reads, and some never
 * end. */
#define LONGEST_NAME 1024

typedef char *demangler(const char *name, char *buffer, size_t *size,
			int *status);

static demangler *find_demangler(void)
{
	static demangler *found;
	static bool is_known;
	void *library, *symbol;

	if (is_known)
		return found;
	is_known = true;
	library = dlopen("libstdc++.so.6", RTLD_NOW | RTLD_LOCAL);
	symbol = library ? dlsym(library, "__cxa_demangle") : NULL;
	memcpy(&found, &symbol, sizeof(found));
	return found;
}

const char *ni_demangled(struct ni_arena *arena, const char *name)
{
	size_t length = strlen(name);
	char *text = NULL, *copy;
	int status;

	if (!strncmp(name, "_Z", 2) && length <= LONGEST_NAME &&
	    find_demangler())
		text = find_demangler()(name, NULL, NULL, &status);
	copy = ni_arena_copy(arena, text ? text : name,
			     text ? strlen(text) : length);
	free(text);
	return copy;
}
