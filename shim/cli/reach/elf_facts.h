/*
 * elf_facts.h - what a program file says about how it must be started.
 *
 * Reads a file that anybody may have made: nothing in it is trusted or run.
 */
#ifndef NI_CLI_ELF_FACTS_H
#define NI_CLI_ELF_FACTS_H

#include <stdbool.h>
#include <stddef.h>

enum { NI_ELF_NAME_MAX = 256 };

struct ni_elf_facts {
	unsigned char class, order;	/* ELFCLASS*, ELFDATA* */
	unsigned type, machine;		/* ET_*, EM_* */
	bool has_entry;
	bool says_program;		/* DF_1_PIE: not a shared library */
	bool is_go;			/* built by Go's own compiler */
	bool needs_address_sanitizer;	/* as a shared object */
	bool needs_io_uring;		/* links liburing */
	char loader[NI_ELF_NAME_MAX];	/* "": linked statically */
	char soname[NI_ELF_NAME_MAX];	/* "": none */
	const char *damage;		/* NULL: sound, as far as it was read */
};

/*
 * Reads an open file. Returns 0, also for a damaged one, where the facts up to
 * the damage hold; -ENOEXEC where it is not an ELF file. Written on success
 * only. The descriptor stays open.
 */
int ni_elf_facts_read(int fd, struct ni_elf_facts *facts);

/* "x86-64", "aarch64"; NULL for a machine without a name here. */
const char *ni_elf_machine_name(unsigned machine);

#endif
