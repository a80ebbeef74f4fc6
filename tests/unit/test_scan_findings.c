/*
 * Whose socket it is, who else has it, and whether that was meant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/scan/scan_findings.h"
#include "descriptors.h"

enum { OLD, OLD_CHILD, YOUNG, YOUNGER, SAME_TIME, EARLY_CHILD, PROCESSES };

/* OLD_CHILD is a fork of OLD; the two young ones are one program, too. */
static struct ni_process processes[PROCESSES] = {
	[OLD] = { .pid = 100, .start = 10, .device = 1, .inode = 2 },
	[OLD_CHILD] = { .pid = 101, .start = 11, .device = 1, .inode = 2 },
	[YOUNG] = { .pid = 102, .start = 20, .device = 1, .inode = 1 },
	[YOUNGER] = { .pid = 103, .start = 30, .device = 1, .inode = 1 },
	[SAME_TIME] = { .pid = 99, .start = 10, .device = 2, .inode = 2 },
	[EARLY_CHILD] = { .pid = 5, .parent = 102, .start = 20, .device = 1,
			  .inode = 4 },
};

/* The only socket that listens; 102, 103 and 5 do not call listen(). */
#define LISTENER 20

/* A leak whose owner is gone. */
#define ORPHAN NI_KINDS

struct expected {
	enum ni_kind kind;
	int owner, owner_fd, holder, holder_fd;
	size_t count;
};

#define MOST_HELD 6
#define MOST_FOUND 4

static const struct {
	const char *name;
	struct ni_held_socket held[MOST_HELD];	/* of socket 7 unless said */
	pid_t pids[2];
	struct expected found[MOST_FOUND];
} rows[] = {
	{ "nobody", { { 0 } }, { 0 }, { { 0 } } },
	{ "a socket that is marked is nothing to tell",
	  { { 7, OLD, 5, false } }, { 0 }, { { 0 } } },
	{ "an inheritable one is told",
	  { { 7, OLD, 5, true } }, { 0 },
	  { { NI_KIND_INHERITABLE, OLD, 5, OLD, 5, 1 } } },
	{ "standard streams are meant to be inherited",
	  { { 7, OLD, 0, true }, { 7, OLD, 2, true } }, { 0 }, { { 0 } } },
	{ "a fork of the same program is told with it, once",
	  { { 7, OLD_CHILD, 5, true }, { 7, OLD, 5, true }, { 7, OLD, 6, true } },
	  { 0 }, { { NI_KIND_INHERITABLE, OLD, 5, OLD, 5, 2 } } },
	{ "another program that has it is a leak",
	  { { 7, YOUNG, 3, true }, { 7, OLD, 5, true } }, { 0 },
	  { { NI_KIND_LEAK, OLD, 5, YOUNG, 3, 1 },
	    { NI_KIND_INHERITABLE, OLD, 5, OLD, 5, 1 } } },
	{ "also when its owner has marked it since",
	  { { 7, YOUNG, 3, true }, { 7, OLD, 5, false } }, { 0 },
	  { { NI_KIND_LEAK, OLD, 5, YOUNG, 3, 1 } } },
	{ "two processes of the other program are one leak",
	  { { 7, YOUNGER, 4, true }, { 7, YOUNG, 3, true }, { 7, YOUNG, 4, true },
	    { 7, OLD, 5, false } }, { 0 },
	  { { NI_KIND_LEAK, OLD, 5, YOUNG, 3, 2 } } },
	{ "the same inode on another device is another program",
	  { { 7, OLD, 5, false }, { 7, SAME_TIME, 6, true } }, { 0 },
	  { { NI_KIND_INHERITABLE, SAME_TIME, 6, SAME_TIME, 6, 1 },
	    { NI_KIND_PASSED, SAME_TIME, 6, OLD, 5, 1 } } },
	{ "a child is younger than its parent, whatever their numbers",
	  { { 7, EARLY_CHILD, 3, true }, { 7, YOUNG, 5, false } }, { 0 },
	  { { NI_KIND_LEAK, YOUNG, 5, EARLY_CHILD, 3, 1 } } },
	{ "a standard stream was passed",
	  { { 7, YOUNG, 0, true }, { 7, YOUNG, 1, true }, { 7, OLD, 5, false } },
	  { 0 }, { { NI_KIND_PASSED, OLD, 5, YOUNG, 0, 1 } } },
	{ "a standard stream and a leak are a leak",
	  { { 7, YOUNG, 0, true }, { 7, YOUNG, 9, true }, { 7, OLD, 5, false } },
	  { 0 }, { { NI_KIND_LEAK, OLD, 5, YOUNG, 9, 1 } } },
	{ "who has marked it knows of it",
	  { { 7, YOUNG, 3, false }, { 7, OLD, 5, false } }, { 0 },
	  { { NI_KIND_PASSED, OLD, 5, YOUNG, 3, 1 } } },
	{ "LISTEN_FDS names it",
	  { { 7, YOUNG, 77, true }, { 7, OLD, 5, false } }, { 0 },
	  { { NI_KIND_PASSED, OLD, 5, YOUNG, 77, 1 } } },
	{ "sockets do not mix",
	  { { 7, YOUNG, 3, true }, { 8, OLD, 5, false }, { 9, OLD, 6, true } },
	  { 0 },
	  { { NI_KIND_INHERITABLE, OLD, 6, OLD, 6, 1 },
	    { NI_KIND_INHERITABLE, YOUNG, 3, YOUNG, 3, 1 } } },
	{ "only what the chosen process has",
	  { { 7, OLD, 5, true }, { 8, YOUNG, 5, true } }, { 102 },
	  { { NI_KIND_INHERITABLE, YOUNG, 5, YOUNG, 5, 1 } } },
	{ "a leak is shown to the one who got it",
	  { { 7, YOUNG, 3, true }, { 7, YOUNGER, 4, true }, { 7, OLD, 5, true } },
	  { 103 }, { { NI_KIND_LEAK, OLD, 5, YOUNGER, 4, 2 } } },
	{ "and to the one who lost it",
	  { { 7, YOUNG, 3, true }, { 7, OLD, 5, false } }, { 100 },
	  { { NI_KIND_LEAK, OLD, 5, YOUNG, 3, 1 } } },
	{ "a listener of which nobody can be the maker is an orphan",
	  { { LISTENER, YOUNG, 4, true }, { LISTENER, YOUNGER, 4, true } }, { 0 },
	  { { ORPHAN, YOUNG, 4, YOUNG, 4, 2 } } },
	{ "in each program that it was left to",
	  { { LISTENER, YOUNG, 4, true }, { LISTENER, EARLY_CHILD, 4, true } },
	  { 0 },
	  { { ORPHAN, EARLY_CHILD, 4, EARLY_CHILD, 4, 1 },
	    { ORPHAN, YOUNG, 4, YOUNG, 4, 1 } } },
	{ "not where one of the holders can have made it",
	  { { LISTENER, YOUNG, 4, true }, { LISTENER, OLD, 4, true } }, { 0 },
	  { { NI_KIND_LEAK, OLD, 4, YOUNG, 4, 1 },
	    { NI_KIND_INHERITABLE, OLD, 4, OLD, 4, 1 } } },
	{ "not where it was passed: as a standard stream",
	  { { LISTENER, YOUNG, 0, true } }, { 0 }, { { 0 } } },
	{ "or by LISTEN_FDS",
	  { { LISTENER, YOUNG, 77, true } }, { 0 },
	  { { NI_KIND_INHERITABLE, YOUNG, 77, YOUNG, 77, 1 } } },
	{ "or where it is marked",
	  { { LISTENER, YOUNG, 4, false } }, { 0 }, { { 0 } } },
	{ "and a connection is none",
	  { { 7, YOUNG, 4, true } }, { 0 },
	  { { NI_KIND_INHERITABLE, YOUNG, 4, YOUNG, 4, 1 } } },
	{ "an orphan is only told to who asked for its holder",
	  { { LISTENER, YOUNG, 4, true } }, { 100 }, { { 0 } } },
};

static bool is_listen_fd(pid_t pid, int fd, void *data)
{
	(void)data;
	return pid == 102 && fd == 77;
}

static bool is_listener(uint64_t inode, void *data)
{
	(void)data;
	return inode == LISTENER;
}

static bool can_listen(pid_t pid, void *data)
{
	(void)data;
	return pid != 102 && pid != 103 && pid != 5;
}

static void check_row(size_t row)
{
	struct ni_held_socket held[MOST_HELD];
	struct ni_snapshot snapshot = {
		.processes = processes, .process_count = PROCESSES, .held = held
	};
	struct ni_scan_question question = {
		.pids = rows[row].pids, .is_listen_fd = is_listen_fd,
		.is_listener = is_listener, .can_listen = can_listen
	};
	struct ni_scan_finding *findings;
	size_t count, expected = 0;

	memcpy(held, rows[row].held, sizeof(held));
	while (snapshot.held_count < MOST_HELD && held[snapshot.held_count].inode)
		snapshot.held_count++;
	while (rows[row].pids[question.pid_count])
		question.pid_count++;
	while (expected < MOST_FOUND && rows[row].found[expected].count)
		expected++;
	count = ni_scan_findings(&snapshot, &question, &findings);
	if (count != expected)
		fail_msg("%s: %zu findings", rows[row].name, count);
	for (size_t i = 0; i < count; i++) {
		const struct expected *e = &rows[row].found[i];
		const struct ni_scan_finding *f = &findings[i];

		if ((f->is_orphan ? ORPHAN : f->kind) != e->kind || (int)f->owner != e->owner ||
		    f->owner_fd != e->owner_fd || (int)f->holder != e->holder ||
		    f->holder_fd != e->holder_fd || f->count != e->count ||
		    !f->note != (f->kind != NI_KIND_PASSED))
			fail_msg("%s: finding %zu: kind %d, %zu/%d to %zu/%d, %zu times",
				 rows[row].name, i, f->kind, f->owner,
				 f->owner_fd, f->holder, f->holder_fd, f->count);
	}
	free(findings);
}

static void each_holder_is_judged(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(i);
}

static bool is_same(const struct ni_scan_finding *a,
		    const struct ni_scan_finding *b)
{
	return a->kind == b->kind && a->inode == b->inode &&
	       a->owner == b->owner && a->owner_fd == b->owner_fd &&
	       a->holder == b->holder && a->holder_fd == b->holder_fd &&
	       a->count == b->count && a->note == b->note;
}

static void a_socket_can_be_asked_for(void **state)
{
	struct ni_held_socket held[] = {
		{ 7, OLD, 5, true }, { 8, OLD, 6, true }
	};
	static const uint64_t wanted[] = { 8 }, none[] = { 0 };
	struct ni_snapshot snapshot = {
		.processes = processes, .process_count = PROCESSES,
		.held = held, .held_count = ARRAY_LEN(held)
	};
	struct ni_scan_question question = {
		.inodes = wanted, .inode_count = 1
	};
	struct ni_scan_finding *findings;

	(void)state;
	assert_int_equal(ni_scan_findings(&snapshot, &question, &findings), 1);
	assert_int_equal(findings->inode, 8);
	free(findings);
	question = (struct ni_scan_question){ .inodes = none };
	assert_int_equal(ni_scan_findings(&snapshot, &question, &findings), 0);
	free(findings);
}

/* The order in which /proc lists processes must not show. */
static void the_order_depends_on_nothing_but_the_findings(void **state)
{
	struct ni_held_socket held[] = {
		{ 7, OLD, 5, true }, { 7, YOUNG, 3, true }, { 8, OLD, 6, true },
		{ 9, YOUNGER, 3, true }, { 9, OLD, 9, false },
		{ 7, SAME_TIME, 3, true },
	};
	struct ni_scan_finding *first = NULL;
	size_t first_count = 0;

	(void)state;
	for (size_t turn = 0; turn < ARRAY_LEN(held); turn++) {
		struct ni_held_socket turned[ARRAY_LEN(held)];
		struct ni_snapshot snapshot = {
			.processes = processes, .process_count = PROCESSES,
			.held = turned, .held_count = ARRAY_LEN(held)
		};
		struct ni_scan_question question = { 0 };
		struct ni_scan_finding *findings;
		size_t count;

		for (size_t i = 0; i < ARRAY_LEN(held); i++)
			turned[(i + turn) % ARRAY_LEN(held)] = held[i];
		count = ni_scan_findings(&snapshot, &question, &findings);
		if (turn == 0) {
			first = findings;
			first_count = count;
			continue;
		}
		assert_int_equal(count, first_count);
		for (size_t i = 0; i < count; i++)
			assert_true(is_same(&findings[i], &first[i]));
		free(findings);
	}
	free(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_holder_is_judged),
		cmocka_unit_test(a_socket_can_be_asked_for),
		cmocka_unit_test(the_order_depends_on_nothing_but_the_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
