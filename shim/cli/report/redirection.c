/*
 * redirection.c - what the redirections of a shell's script hand over.
 *
 * `exec 7<file` opens the file, puts it on its number by dup2 unless open
 * happened to return that number, and leaves it to every command that the shell
 * starts from then on. `command 7<file` does the same after the fork, for that
 * command alone. A copy of a standard stream (`exec 6>&1`) is put on a number on
 * purpose.
 */
#include "cli/report/redirection.h"

#include "cli/report/shell.h"

/* By a redirection that needed no dup2: what a shell opens for itself it moves
 * to 10 and higher, by F_DUPFD. */
static bool is_opened_in_place(const struct ni_trace_site *site)
{
	return site->call == NI_CALL_open || site->call == NI_CALL_openat ||
	       site->call == NI_CALL_socket;
}

/* dash redirects before it starts the command in a vfork child, and closes what
 * it opened once that has run: then all that the site created was closed. */
static bool was_for_vfork_child(const struct launch *launch,
				const struct ni_trace_site *site)
{
	uint64_t closed = site->closed;

	for (size_t i = 0; i < NI_PARTNERS; i++)
		closed += site->closers[i].count;
	return (launch->exec->flags & NI_EXEC_VFORK) &&
	       closed >= (uint64_t)site->inheritable + site->atomic;
}

enum ni_redirection ni_redirection_of(const struct launch *launch,
				      const struct ni_trace_held *held)
{
	const struct image *from = launch->from;
	const struct ni_trace_site *site = ni_places_site(from, held->created);
	bool is_one;

	if (!site || !ni_is_shell(from->program))
		return NI_REDIRECTION_NONE;
	is_one = held->passed == NI_PASSED_DUP2 ?
		held->flags & NI_HELD_MOVED :
		held->passed == NI_PASSED_NOT && is_opened_in_place(site);
	if (!is_one)
		return NI_REDIRECTION_NONE;
	if (!(held->flags & NI_HELD_FORKED) ||
	    was_for_vfork_child(launch, site))
		return NI_REDIRECTION_FOR_ONE;
	return ni_shell_is_autoconf(from->program) ?
		NI_REDIRECTION_OF_AUTOCONF : NI_REDIRECTION_FOR_ALL;
}
