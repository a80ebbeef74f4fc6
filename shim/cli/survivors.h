/*
 * survivors.h - processes of an audit that outlive its command.
 */
#ifndef NI_CLI_SURVIVORS_H
#define NI_CLI_SURVIVORS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * How many processes were told to record into that directory and still run,
 * whether or not they have begun to, or can.
 */
size_t ni_survivors_count(const char *directory);

/*
 * Waits until those that preloading reaches have begun to record: a program
 * that was executed a moment ago has not. Gives up after some seconds, and on a
 * process that is stopped.
 */
void ni_survivors_settle(const char *directory, const char *recorder);

/*
 * Whether that process, which executed a program, has begun to record it into
 * the directory; waits if it will in a moment. old_trace is the name of the file
 * that it recorded into before.
 */
bool ni_survivors_begin(pid_t pid, const char *old_trace, const char *directory,
			const char *recorder);

/* Waits until there are none, or a signal asks to end. */
void ni_survivors_wait(const char *directory);

#endif
