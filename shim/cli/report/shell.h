/*
 * shell.h - programs whose descriptors are opened by a script's redirections.
 */
#ifndef NI_CLI_SHELL_H
#define NI_CLI_SHELL_H

#include <stdbool.h>

#include "cli/report/report.h"

/* By its file, or by the name that it was called by (busybox). */
bool ni_is_shell(const struct ni_program *program);

/* The script that it runs; NULL: a command in the arguments, or none. */
const char *ni_shell_script(const struct ni_program *program);

/* Does it run a script that Autoconf wrote? */
bool ni_shell_is_autoconf(const struct ni_program *program);

#endif
