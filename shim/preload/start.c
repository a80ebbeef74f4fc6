/*
 * start.c - the only constructor. Makes no system call unless the environment
 * names descriptors to adopt, or the program was started by a relative path.
 */
#include <stdint.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "common/next_symbol.h"
#include "preload/collision.h"
#include "preload/create.h"
#include "preload/environment.h"
#include "preload/marks.h"
#include "preload/next.h"
#include "preload/policy.h"
#include "preload/program.h"

/* On the initial stack the arguments come before the environment, and their
 * number before them. NULL if the environment is no longer there, because an
 * earlier constructor's setenv() has copied it. */
static char **arguments_before(char **environment)
{
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	char **at = environment;
	intptr_t count = 0;

	if ((uintptr_t)environment < here ||
	    (uintptr_t)environment > getauxval(AT_EXECFN) || *--at)
		return NULL;
	for (at--; (uintptr_t)at > here; at--, count++)
		if ((intptr_t)*at == count)
			return at + 1;
	return NULL;
}

__attribute__((constructor)) static void start_shim(int argc, char **argv,
						     char **envp)
{
	(void)argc;
	ni_next_resolve();
	ni_marks_start();
	ni_receive_start();
	/* musl calls constructors without arguments. */
	if (!ni_is_glibc()) {
		argv = arguments_before(__environ);
		envp = NULL;
	}
	ni_program_start(argv);
	ni_policy_read();
	if (ni_collision_start(argv, __environ) && ni_policy.is_compat)
		ni_policy.keeps_numbers = true;
	ni_policy_choose_fast();
	if (envp)
		ni_environment_adopt(envp);
	/* An earlier constructor's setenv() has copied it. */
	if (__environ && __environ != envp)
		ni_environment_adopt(__environ);
}
