/*
 * survivors.h - processes of an audit that run on when its command has ended.
 */
#ifndef NI_CLI_SURVIVORS_H
#define NI_CLI_SURVIVORS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * How many processes were told to record into that directory and still run,
 * whether they have begun to, or cannot.
 */
size_t ni_survivors_count(const char *directory);

/*
 * Until those that preloading reaches have begun to record: a program that was
 * executed a moment ago has not. Gives up after some seconds, and on a process
 * that is stopped.
 */
void ni_survivors_settle(const char *directory, const char *recorder);

/*
 * Whether that process, which executed a program, has begun to record it into
 * the directory; waits if it will in a moment. old_trace is the name of the file
 * that it recorded into before.
 */
bool ni_survivors_begin(pid_t pid, const char *old_trace, const char *directory,
			const char *recorder);

/* Until there are none, or a signal asks to end. */
void ni_survivors_wait(const char *directory);

#endif
