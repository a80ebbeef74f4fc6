/*
 * reach_step.c - the end of the walk: what decided, and what is said of it.
 */
#include "cli/reach/reach_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int ni_reach_decide(struct ni_reach_step *step, enum ni_reach_answer answer,
		    const char *advice, const char *why, ...)
{
	struct ni_reach *reach = step->reach;
	va_list arguments;

	reach->answer = answer;
	reach->advice = advice;
	strcpy(reach->file, step->path);
	va_start(arguments, why);
	vsnprintf(reach->why, sizeof(reach->why), why, arguments);
	va_end(arguments);
	return 1;
}

int ni_reach_accept(struct ni_reach_step *step)
{
	step->reach->answer = NI_REACHED;
	step->reach->advice = NULL;
	step->reach->why[0] = '\0';
	strcpy(step->reach->file, step->path);
	return 1;
}
