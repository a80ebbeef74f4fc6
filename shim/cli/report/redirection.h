/*
 * redirection.h - what the redirections of a shell's script hand over.
 */
#ifndef NI_CLI_REDIRECTION_H
#define NI_CLI_REDIRECTION_H

#include "cli/report/ledger_parts.h"

enum ni_redirection {
	NI_REDIRECTION_NONE,
	NI_REDIRECTION_FOR_ONE,	/* of one command, which is meant to have it */
	NI_REDIRECTION_FOR_ALL,	/* by exec: every later command has it */
	NI_REDIRECTION_OF_AUTOCONF /* by exec, in a script that Autoconf wrote:
				 * its log, which is meant for all */
};

/* Of a descriptor that the exec of the launch handed over. */
enum ni_redirection ni_redirection_of(const struct launch *launch,
				      const struct ni_trace_held *held);

#endif
