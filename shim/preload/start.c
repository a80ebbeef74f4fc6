/*
 * start.c - the one constructor. Nothing here asks the kernel unless the
 * environment brings something to adopt, or the program a relative path.
 */
#include <unistd.h>

#include "common/next_symbol.h"
#include "preload/environment.h"
#include "preload/next.h"
#include "preload/policy.h"
#include "preload/program.h"

__attribute__((constructor)) static void start(int argc, char **argv,
					       char **envp)
{
	(void)argc;
	ni_next_resolve();
	/* musl calls constructors without arguments. Its programs are beyond
	 * our reach, and must go on as if we were not there. */
	if (!ni_is_glibc()) {
		ni_policy_stop();
		return;
	}
	ni_program_start(argv);
	ni_policy_read();
	ni_policy_choose_fast();
	if (envp)
		ni_environment_adopt(envp);
	/* An earlier constructor's setenv() has copied it. */
	if (__environ && __environ != envp)
		ni_environment_adopt(__environ);
}
