/*
 * modules.h - which loaded file an address belongs to, and its number in the
 * trace.
 *
 * Uses glibc's _dl_find_object, which takes no lock; without it (before 2.35),
 * only files that were loaded at the start are known.
 */
#ifndef NI_AUDIT_MODULES_H
#define NI_AUDIT_MODULES_H

#include <stdbool.h>
#include <stdint.h>

struct ni_mapped {
	uintptr_t start, end;
	uintptr_t bias;
	const void *eh_frame_table;	/* NULL if there is none */
	uint32_t number;		/* in the trace; 0: no room for it */
};

/* At start; @find_object is the address of _dl_find_object or NULL. */
void ni_modules_start(void *find_object);

/**
 * ni_modules_find - the module around an address
 *
 * Records it in the trace when it is seen for the first time.
 * Return: whether there is one; *@module is written only then.
 */
bool ni_modules_find(uintptr_t address, struct ni_mapped *module);

#endif
