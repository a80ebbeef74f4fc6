/*
 * activations.h - what LISTEN_FDS and LISTEN_PID announce: one table, with
 * which every reader of these variables is tested.
 */
#ifndef TESTS_ACTIVATIONS_H
#define TESTS_ACTIVATIONS_H

#include <limits.h>
#include <stddef.h>

/* The process for which the announcement is made. */
enum { PID = 4242 };

static const struct activation {
	char *count, *pid;	/* value of LISTEN_PID; NULL: not set */
	int process;		/* its pid; 0: not known */
	int last;		/* 3 to this number; 0: none */
} activations[] = {
	{ "LISTEN_FDS=1", NULL, 0, 3 },
	{ "LISTEN_FDS=2", NULL, 0, 4 },
	{ "LISTEN_FDS=2", NULL, PID, 4 },
	{ "LISTEN_FDS=2", "LISTEN_PID=4242", PID, 4 },
	{ "LISTEN_FDS=2", "LISTEN_PID=4243", PID, 0 },
	{ "LISTEN_FDS=2", "LISTEN_PID=", PID, 0 },
	{ "LISTEN_FDS=2", "LISTEN_PID=4242x", PID, 0 },
	{ "LISTEN_FDS=2", "LISTEN_PID=-4242", PID, 0 },
	{ "LISTEN_FDS=2", "LISTEN_PID=04242", PID, 4 },
	{ "LISTEN_FDS=2", "LISTEN_PID=4294971538", PID, 0 },
	{ "LISTEN_FDS=2", "LISTEN_PID=0", 0, 0 },
	{ "LISTEN_FDS=2", "LISTEN_PID=4242", 0, 0 },
	{ "LISTEN_FDS=0", NULL, PID, 0 },
	{ "LISTEN_FDS=", NULL, PID, 0 },
	{ "LISTEN_FDS=-1", NULL, PID, 0 },
	{ "LISTEN_FDS=2x", NULL, PID, 0 },
	{ "LISTEN_FDS= 2", NULL, PID, 0 },
	{ "LISTEN_FDSX=2", NULL, PID, 0 },
	{ "LISTEN_FDS=99999999999999999999", NULL, PID, INT_MAX },
};

#endif
