/*
 * ops.h - the rows of ops.def, and what a step may do to the program's state.
 */
#ifndef TESTS_RULE_ZERO_OPS_H
#define TESTS_RULE_ZERO_OPS_H

#include "control.h"

/* How a step's operands are chosen. */
enum shape {
	NONE,
	OPEN,		/* a: a descriptor */
	LISTENER,	/* a: a listener */
	FOLDER,		/* a: a directory */
	PASSED,		/* a: a descriptor, b: a pair to send it over */
	ONTO,		/* a: a descriptor, b: a number or a descriptor */
	RANGE,		/* a, b: numbers, a <= b */
	NUMBER,		/* a: a number */
	BLOCK,		/* the steps up to "end" */
	EXEC,		/* target and environment */
	SPAWN,		/* the same, and file actions */
};

/* What becomes of the close-on-exec flag of a step's results. FORCED: natively
 * they are inheritable, though nobody asked for that. */
enum effect {
	NOTHING,
	FORCED,		/* results: the shim adds its flag */
	OWN,		/* results: the program asked for the flag */
	AS_SAID,	/* results: nobody adds a flag */
	AS_SAID_A,	/* the same, of a */
	OWN_A,
	OWN_RANGE,	/* of all numbers from a to b */
	ITSELF,		/* of a, if it is a socket */
	MISTAKEN,	/* F_SETFD with O_CLOEXEC: the shim ignores it */
};

enum target { TARGET_SELF, TARGET_SELF_BY_PROC, TARGET_OTHER, TARGETS };

enum environment {
	ENVIRONMENT_KEPT,
	ENVIRONMENT_CLEAN,	/* without LD_PRELOAD */
	ENVIRONMENT_LISTEN,	/* LISTEN_FDS=3 */
	ENVIRONMENT_LISTEN_OTHER,	/* LISTEN_FDS=3, another LISTEN_PID */
	ENVIRONMENT_NAMED,	/* WAYLAND_SOCKET={a} */
	ENVIRONMENT_INHERITED,	/* a variable that was there at start */
	ENVIRONMENTS,
};

enum { ACTION_CLOSE, ACTION_DUP2, ACTION_OPEN, ACTION_CLOSEFROM, ACTIONS };
enum { FAIL_MISSING, FAIL_BIG, FAIL_FORMAT, FAIL_SPAWN, FAIL_ADDRESS };
enum { BY_EXECVE, BY_EXECL, BY_EXECVP, BY_FEXECVE, BY_EXECVEAT, BY_NUMBER,
       BY_SYSTEM };

enum { LISTEN_FIRST = 3, LISTEN_COUNT = 3 };

struct op {
	const char *name;
	const char *text;
	/* Makes the call, fills in @results and returns its result. */
	int (*call)(const struct step *step, long flag, int results[2]);
	long flag;
	uint8_t weight;
	uint8_t shape;
	uint8_t effect;
	bool is_inline;
};

extern const struct op ops[];
extern const unsigned ops_count;

unsigned op_called(const char *name);

#endif
