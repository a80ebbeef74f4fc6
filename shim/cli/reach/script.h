/*
 * script.h - the first line of a script, as the kernel and env(1) read it.
 *
 * Pure; the text is untrusted.
 */
#ifndef NI_CLI_SCRIPT_H
#define NI_CLI_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* What the kernel looks at (BINPRM_BUF_SIZE). */
enum { NI_SCRIPT_HEAD = 256 };

struct ni_script {
	char interpreter[NI_SCRIPT_HEAD];
	char argument[NI_SCRIPT_HEAD];	/* "": none */
};

/*
 * Reads "#! interpreter argument" from the first size bytes of a file, at most
 * NI_SCRIPT_HEAD. Returns 0, or -ENOEXEC where the kernel would not run it.
 */
int ni_script_read(const char *head, size_t size, struct ni_script *script);

/*
 * Whether a shell may be given the file: a shell would read anything, and a
 * damaged program must be an error and not a strange script. Empty, or no NUL
 * in the first line, and no ELF file.
 */
bool ni_script_is_text(const char *head, size_t size);

/* What env(1) makes of the argument in "#!/usr/bin/env argument". */
struct ni_env_script {
	char command[NI_SCRIPT_HEAD];	/* "": cannot be told */
	bool clears_environment;
};

void ni_env_script_read(const char *argument, struct ni_env_script *found);

#endif
