/*
 * elf_language.h - in what language a program was written, where that tells
 * which of its descriptors are inheritable.
 */
#ifndef NI_CLI_ELF_LANGUAGE_H
#define NI_CLI_ELF_LANGUAGE_H

enum ni_elf_language {
	NI_ELF_C_OR_LIKE,	/* nothing else is known of it */
	NI_ELF_GO,
	NI_ELF_RUST,
};

/*
 * By what the compilers leave in every program, stripped or not: Go's linker the
 * names of functions, for stacks; Rust's library the place where it was built,
 * for the messages of panics. Reads the file to its end, up to 256 MiB.
 */
enum ni_elf_language ni_elf_language(int fd);

#endif
