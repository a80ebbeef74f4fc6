/*
 * report.h - what a report says: the product of the ledger, the printers'
 * input.
 *
 * Everything lives in the report's arena. The ledger decides what is a finding
 * and of which kind; symbols, fixes and suppressions are added to it; printers
 * only print.
 */
#ifndef NI_CLI_REPORT_H
#define NI_CLI_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/report/arena.h"
#include "cli/report/kind.h"
#include "cli/report/stack.h"
#include "cli/report/what.h"

/* One program image: what an exec started, with its fork children. */
struct ni_program {
	size_t number;		/* its place in the report */
	pid_t pid, ppid;
	int64_t uid;		/* the effective one; -1: not known */
	uint64_t started_ns;	/* CLOCK_REALTIME; 0: not known */
	const char *exe;
	const char *name;	/* what people call it, without directories */
	const char *const *argv;
	size_t argc;
	bool is_argv_cut;	/* the recorder had no room for the rest */
	const char *cwd;	/* where it started; NULL: not known */
	const struct ni_program *parent;	/* NULL: the first */
	const char *unfollowed;	/* why there is no trace of it, or NULL */
	const char *old_trace;	/* then the name of the trace that it is from */
};

#define NI_WINDOW_ROWS 20

/* How long the descriptors of a race were inheritable. */
struct ni_windows {
	uint64_t longest_ns;
	uint64_t counts[NI_WINDOW_ROWS];	/* [n]: below 2^n us */
	uint64_t threaded;	/* while the process had a second thread */
};

/* The call that does not do what it seems to. */
struct ni_wrong_flag {
	int command;		/* of fcntl */
	int64_t argument;
};

/* Descriptors that one stack created and that were open. */
struct ni_holder {
	uint64_t count;
	const char *call;		/* NULL: not known */
	const struct ni_stack *created;	/* NULL: not seen */
	struct ni_what what;		/* one of them */
	const char *text;
};

/* Who had the descriptors when a call found none left. */
struct ni_exhaustion {
	int error;			/* EMFILE or ENFILE */
	unsigned limit, open;		/* the process's limit; what was seen */
	unsigned others;		/* by stacks that are not listed */
	const struct ni_holder *holders;	/* most first */
	size_t holder_count;
};

struct ni_finding {
	enum ni_kind kind;
	uint64_t count;
	const struct ni_program *program;	/* the first it happened in */
	pid_t pid;
	int fd;
	struct ni_what what;
	const char *text;		/* the same in words: "tcp LISTEN ..." */
	const char *call;		/* that created it: "socket", or NULL */
	const struct ni_stack *created;	/* NULL: not seen */
	const char *at_call;
	const struct ni_stack *at;	/* exec, mark, second close ... */
	const char *closed_call;
	const struct ni_stack *closed;	/* double-close: the first close;
					 * unclosed: where others were closed */
	uint64_t closed_count;		/* unclosed: others that were closed */
	struct ni_windows windows;	/* race */
	struct ni_wrong_flag wrong;	/* wrong-flag */
	struct ni_exhaustion exhaustion;	/* exhausted */
	const struct ni_program *to;	/* leak, passed: the first receiver */
	const struct ni_program *through;	/* who handed it on without having
					 * created it; else NULL */
	int to_fd;
	const char *note, *fix;		/* NULL: none */
	uint64_t fingerprint;		/* the same in every run */
	unsigned ordinal;		/* of its place, among those with the
					 * same fingerprint; from 1 */
	const char *suppressed;		/* by what, or NULL */
	bool is_stopped;			/* by the shim: it did not happen */
	bool is_minor;			/* the least severe of its kind */
	bool is_doubtful;		/* passed, but nobody told the receiver */
	bool is_elsewhere;		/* not to be fixed below --only */
};

/* A descriptor that went into a program through exec. */
struct ni_flow {
	const struct ni_program *to;
	int fd;
	struct ni_what what;	/* this one, where the finding has the first */
	const char *text;
	size_t finding;		/* number in the report */
};

/* What one stack created and a process has open. */
struct ni_open_row {
	struct ni_holder holder;	/* how many, now or when it was last seen */
	uint64_t peak;
	uint32_t peak_ms;	/* when that was reached, from the start on */
	uint32_t doubled_ms;	/* when the largest power of two below it was */
};

/* A process that had not exited normally when the recording was read. */
struct ni_open_process {
	const struct ni_program *program;
	pid_t pid;
	uint64_t time_ns;	/* since when it is counted; CLOCK_MONOTONIC */
	uint64_t start_ns;	/* what the milliseconds count from */
	const char *trace;	/* the file that it has mapped */
	struct ni_open_row *rows;	/* most first */
	size_t row_count;
	uint64_t open;		/* in all rows */
	/* What the kernel says of it, if it can be asked. */
	bool is_running;
	long kernel_open;	/* -1: not known */
	long standard_open;	/* 0, 1 and 2 among them */
	long limit;
};

/* What the recording could not hold; a report says so. */
struct ni_loss {
	const char *what;	/* "findings did not fit into the trace of ..." */
	uint64_t count;
	bool is_gap;		/* it may hide a finding */
};

/* Starts as all zero. */
struct ni_report {
	struct ni_arena arena;
	const char *const *command;	/* ends with NULL */
	bool is_command_missing;	/* it cannot have left a trace */
	const char *source_root;	/* files below it are named from there */
	struct ni_program **programs;
	size_t program_count;
	size_t process_count;		/* with fork children */
	struct ni_finding *findings;
	size_t finding_count;
	struct ni_stack **stacks;	/* all of them, each once */
	size_t stack_count;
	struct ni_flow *flows;
	size_t flow_count;
	struct ni_loss *losses;
	size_t loss_count, loss_room;
	bool is_open_wanted;		/* what is open, and no findings */
	struct ni_open_process *open;	/* most first */
	size_t open_count, open_room;
	bool is_doubt_shown;		/* what is doubtful, though not chosen */
	unsigned kinds;			/* chosen; others are only counted */
	const char *const *only;	/* absolute paths; see scope.h */
	size_t only_count;
	const char **unused_suppressions;
	size_t unused_suppression_count;
};

/* what lives as long as the report; a count of 0 adds nothing. The first is for
 * what may hide a finding, the second for what only makes one less exact. */
void ni_report_add_gap(struct ni_report *report, const char *what,
		       uint64_t count);
void ni_report_add_loss(struct ni_report *report, const char *what,
			uint64_t count);

void ni_report_free(struct ni_report *report);

#endif
