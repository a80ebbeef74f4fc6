/*
 * survivors.h - processes of an audit that run on when its command has ended.
 */
#ifndef NI_CLI_SURVIVORS_H
#define NI_CLI_SURVIVORS_H

#include <stddef.h>

/* How many processes have a trace of that directory mapped: those that are
 * being recorded. */
size_t ni_survivors_count(const char *directory);

/* Until there are none, or a signal asks to end. */
void ni_survivors_wait(const char *directory);

#endif
