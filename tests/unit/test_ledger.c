/*
 * test_ledger.c - what is a finding and of which kind, on traces made by hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "cli/report/kinds.h"
#include "cli/report/ledger.h"
#include "descriptors.h"
#include "trace_builder.h"

#define MOST_IMAGES 8

static struct builder *images[MOST_IMAGES];
static struct ni_trace traces[MOST_IMAGES];
static size_t image_count;
static struct ni_report report;

static int set_up(void **state)
{
	(void)state;
	image_count = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < image_count; i++)
		free(images[i]);
	ni_report_free(&report);
	report = (struct ni_report){ 0 };
	return 0;
}

static struct builder *image(uint32_t pid, uint32_t ppid, uint64_t start_ns,
			     const char *exe)
{
	struct builder *builder = builder_new(pid, ppid, start_ns, exe);

	builder_argument(builder, exe);
	builder_module(builder, 1, exe);
	images[image_count++] = builder;
	return builder;
}

static void fill(void)
{
	for (size_t i = 0; i < image_count; i++) {
		traces[i] = (struct ni_trace){ .name = "x" };
		assert_int_equal(ni_trace_read(images[i], builder_size(),
					       &report.arena, &traces[i]), 0);
	}
	ni_ledger_fill(&report, traces, image_count);
}

static const struct ni_finding *only(enum ni_kind kind)
{
	const struct ni_finding *found = NULL;

	for (size_t i = 0; i < report.finding_count; i++) {
		if (report.findings[i].kind != kind)
			continue;
		if (found)
			fail_msg("more than one %s", ni_kinds[kind].name);
		found = &report.findings[i];
	}
	if (!found)
		fail_msg("no %s", ni_kinds[kind].name);
	return found;
}

static void assert_only_kind(enum ni_kind kind)
{
	for (size_t i = 0; i < report.finding_count; i++)
		if (report.findings[i].kind != kind)
			fail_msg("a %s",
				 ni_kinds[report.findings[i].kind].name);
	assert_true(report.finding_count > 0);
}

/* ---- a server that hands its listener to a shell, which hands it on ---------- */

static const uint64_t creation[] = { 0x100, 0x200 };
static const uint64_t handing_over[] = { 0x300, 0x200 };

struct server {
	struct builder *builder;
	uint32_t socket, exec_site, exec;
};

static struct server server(struct ni_trace_held held)
{
	struct server server = { image(100, 1, 1000, "/bin/server"), 0, 0, 0 };

	server.socket = builder_site(server.builder, NI_CALL_socket, creation,
				     2, NULL);
	server.exec_site = builder_site(server.builder, NI_CALL_execve,
					handing_over, 2, NULL);
	server.exec = builder_exec(server.builder, (struct ni_trace_exec){
		.time_ns = 2000, .site = server.exec_site, .pid = 101,
		.ppid = 100, .child = 101 }, "/bin/sh");
	held.exec = server.exec;
	if (!(held.flags & NI_HELD_UNSEEN))
		held.created = server.socket;
	if (held.what.type == NI_TYPE_UNKNOWN)
		held.what = builder_listener(4, 77);
	builder_held(server.builder, held);
	return server;
}

static struct builder *shell(void)
{
	return image(101, 100, 2500, "/bin/sh");
}

static void assert_stack(const struct ni_stack *stack, const char *module,
			 const uint64_t *offsets, size_t count)
{
	assert_non_null(stack);
	assert_int_equal(stack->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(stack->locations[i].offset, offsets[i]);
		assert_string_equal(stack->locations[i].module->path, module);
	}
}

static void a_leak_joins_creation_exec_and_receiver(void **state)
{
	const struct ni_finding *leak;

	(void)state;
	server((struct ni_trace_held){ 0 });
	builder_arrived(shell(), builder_listener(4, 77));
	fill();
	assert_only_kind(NI_KIND_LEAK);
	leak = only(NI_KIND_LEAK);
	assert_int_equal(leak->count, 1);
	assert_int_equal(leak->fd, 4);
	assert_string_equal(leak->call, "socket");
	assert_string_equal(leak->at_call, "execve");
	assert_stack(leak->created, "/bin/server", creation, 2);
	assert_stack(leak->at, "/bin/server", handing_over, 2);
	assert_string_equal(leak->to->exe, "/bin/sh");
	assert_int_equal(leak->to->pid, 101);
	assert_ptr_equal(leak->to->parent, leak->program);
	assert_string_equal(leak->what.type, "tcp");
	assert_string_equal(leak->what.state, "LISTEN");
	assert_string_equal(leak->what.laddr, "127.0.0.1:8080");
	assert_int_equal(report.flow_count, 1);
	assert_ptr_equal(report.flows[0].to, leak->to);
}

/* The shell's own exec of /bin/cat, with the descriptor still open. */
static void hand_on(struct builder *sh)
{
	uint32_t site = builder_site(sh, NI_CALL_execve, handing_over, 2, NULL);
	uint32_t exec = builder_exec(sh, (struct ni_trace_exec){
		.time_ns = 3000, .site = site, .pid = 102, .ppid = 101,
		.child = 102 }, "/bin/cat");

	builder_held(sh, (struct ni_trace_held){
		.exec = exec, .flags = NI_HELD_ARRIVED,
		.what = builder_listener(4, 77) });
	builder_arrived(image(102, 101, 3500, "/bin/cat"),
			builder_listener(4, 77));
}

static const struct ni_finding *finding_to(const char *exe)
{
	for (size_t i = 0; i < report.finding_count; i++)
		if (report.findings[i].to &&
		    !strcmp(report.findings[i].to->exe, exe))
			return &report.findings[i];
	fail_msg("nothing goes to %s", exe);
	return NULL;
}

static void a_grandchild_leads_back_to_the_creator(void **state)
{
	const struct ni_finding *leak;
	struct builder *sh;

	(void)state;
	server((struct ni_trace_held){ 0 });
	sh = shell();
	builder_arrived(sh, builder_listener(4, 77));
	hand_on(sh);
	fill();
	assert_only_kind(NI_KIND_LEAK);
	assert_int_equal(report.finding_count, 2);
	leak = finding_to("/bin/cat");
	assert_stack(leak->created, "/bin/server", creation, 2);
	assert_stack(leak->at, "/bin/sh", handing_over, 2);
	assert_string_equal(leak->program->exe, "/bin/server");
	assert_non_null(strstr(leak->note, "it came through /bin/sh"));
}

static void what_did_not_arrive_is_no_finding(void **state)
{
	(void)state;
	server((struct ni_trace_held){ 0 });
	shell();
	fill();
	assert_int_equal(report.finding_count, 0);
}

static void another_object_under_the_number_is_not_it(void **state)
{
	const struct ni_finding *leak;

	(void)state;
	server((struct ni_trace_held){ 0 });
	builder_arrived(shell(), builder_listener(4, 78));
	fill();
	leak = only(NI_KIND_LEAK);
	assert_null(leak->created);
	assert_string_equal(leak->note, "its creation was not seen");
}

static void who_cannot_be_followed_is_taken_to_have_it(void **state)
{
	const struct ni_finding *leak;

	(void)state;
	server((struct ni_trace_held){ 0 });
	fill();
	leak = only(NI_KIND_LEAK);
	assert_string_equal(leak->to->exe, "/bin/sh");
	assert_non_null(leak->to->unfollowed);
	assert_int_equal(report.program_count, 2);
}

static void an_exec_that_failed_leaks_nothing(void **state)
{
	struct server made;
	struct ni_trace_exec *exec;

	(void)state;
	made = server((struct ni_trace_held){ 0 });
	exec = (void *)(made.builder->cells +
			(size_t)made.exec * NI_TRACE_CELL_SIZE);
	exec->failed = 1;
	exec->error = 2;
	fill();
	assert_int_equal(report.finding_count, 0);
	assert_int_equal(report.program_count, 1);
}

static void repeated_execs_are_one_finding(void **state)
{
	struct server made = server((struct ni_trace_held){ 0 });
	struct ni_trace_exec *exec =
		(void *)(made.builder->cells +
			 (size_t)made.exec * NI_TRACE_CELL_SIZE);
	struct ni_trace_exec_again again = {
		.exec = made.exec, .pid = 103, .child = 103, .time_ns = 4000
	};

	(void)state;
	exec->count = 2;
	BUILDER_RECORD(made.builder, NI_RECORD_EXEC_AGAIN, &again);
	builder_arrived(shell(), builder_listener(4, 77));
	/* The second one has a new connection under the same number. */
	builder_arrived(image(103, 100, 4500, "/bin/sh"),
			builder_listener(4, 99));
	fill();
	assert_int_equal(only(NI_KIND_LEAK)->count, 2);
	assert_int_equal(report.flow_count, 2);
}

static void execs_known_by_number_only_count_too(void **state)
{
	struct server made = server((struct ni_trace_held){ 0 });
	struct ni_trace_exec *exec =
		(void *)(made.builder->cells +
			 (size_t)made.exec * NI_TRACE_CELL_SIZE);

	(void)state;
	exec->count = 10;
	builder_arrived(shell(), builder_listener(4, 77));
	fill();
	assert_int_equal(only(NI_KIND_LEAK)->count, 10);
}

static void a_spawned_child_is_found_by_its_parent(void **state)
{
	struct server made = server((struct ni_trace_held){ 0 });
	struct ni_trace_exec *exec =
		(void *)(made.builder->cells +
			 (size_t)made.exec * NI_TRACE_CELL_SIZE);

	(void)state;
	exec->pid = 100;
	exec->child = 0;
	builder_arrived(shell(), builder_listener(4, 77));
	fill();
	assert_int_equal(only(NI_KIND_LEAK)->to->pid, 101);
	assert_int_equal(report.program_count, 2);
}

static void a_descriptor_moved_by_spawn_is_the_same(void **state)
{
	(void)state;
	server((struct ni_trace_held){ .passed = NI_PASSED_ACTION });
	builder_arrived(shell(), builder_listener(9, 77));
	fill();
	assert_only_kind(NI_KIND_PASSED);
	assert_stack(only(NI_KIND_PASSED)->created, "/bin/server", creation, 2);
}

/* ---- on purpose ---------------------------------------------------------------- */

static const struct {
	const char *name;
	enum ni_trace_passed passed;
	enum ni_kind further;	/* when the receiver hands it on */
} reasons[] = {
	{ "flag", NI_PASSED_FLAG, NI_KIND_PASSED },
	{ "dup2", NI_PASSED_DUP2, NI_KIND_PASSED },
	{ "environment", NI_PASSED_ENVIRONMENT, NI_KIND_PASSED },
	{ "LISTEN_FDS", NI_PASSED_LISTEN_FDS, NI_KIND_LEAK },
	{ "argument", NI_PASSED_ARGUMENT, NI_KIND_LEAK },
};

static void what_was_meant_is_passed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		struct builder *sh;

		server((struct ni_trace_held){ .passed = reasons[i].passed });
		sh = shell();
		builder_arrived(sh, builder_listener(4, 77));
		hand_on(sh);
		fill();
		if (finding_to("/bin/sh")->kind != NI_KIND_PASSED ||
		    finding_to("/bin/cat")->kind != reasons[i].further)
			fail_msg("%s", reasons[i].name);
		tear_down(NULL);
		image_count = 0;
	}
}

static void a_program_that_starts_itself_again_passes(void **state)
{
	struct builder *first = image(100, 1, 1000, "/usr/sbin/nginx");
	uint32_t socket = builder_site(first, NI_CALL_socket, creation, 2,
				       NULL);
	uint32_t site = builder_site(first, NI_CALL_execve, handing_over, 2,
				     NULL);
	uint32_t exec = builder_exec(first, (struct ni_trace_exec){
		.time_ns = 2000, .site = site, .pid = 101, .ppid = 100,
		.child = 101 }, "/usr/sbin/nginx");

	(void)state;
	builder_held(first, (struct ni_trace_held){
		.exec = exec, .created = socket,
		.what = builder_listener(4, 77) });
	builder_arrived(image(101, 100, 2500, "/usr/sbin/nginx"),
			builder_listener(4, 77));
	fill();
	assert_only_kind(NI_KIND_PASSED);
}

static void an_interpreter_with_another_script_leaks(void **state)
{
	struct builder *first = image(100, 1, 1000, "/usr/bin/php8.2");
	struct builder *second = NULL;
	uint32_t socket, site, exec;

	(void)state;
	builder_argument(first, "a.php");
	socket = builder_site(first, NI_CALL_socket, creation, 2, NULL);
	site = builder_site(first, NI_CALL_execve, handing_over, 2, NULL);
	exec = builder_exec(first, (struct ni_trace_exec){
		.time_ns = 2000, .site = site, .pid = 101, .ppid = 100,
		.child = 101 }, "/usr/bin/php8.2");
	builder_held(first, (struct ni_trace_held){
		.exec = exec, .created = socket,
		.what = builder_listener(4, 77) });
	second = image(101, 100, 2500, "/usr/bin/php8.2");
	builder_argument(second, "b.php");
	builder_arrived(second, builder_listener(4, 77));
	fill();
	assert_only_kind(NI_KIND_LEAK);
}

/* ---- from outside, and stopped --------------------------------------------------- */

static void what_was_open_at_start_is_arrived_and_never_a_leak(void **state)
{
	struct builder *first = image(100, 1, 1000, "/bin/server");
	uint32_t site = builder_site(first, NI_CALL_execve, handing_over, 2,
				     NULL);
	uint32_t exec = builder_exec(first, (struct ni_trace_exec){
		.time_ns = 2000, .site = site, .pid = 101, .ppid = 100,
		.child = 101 }, "/bin/sh");

	(void)state;
	builder_arrived(first, builder_listener(4, 77));
	builder_held(first, (struct ni_trace_held){
		.exec = exec, .flags = NI_HELD_ARRIVED,
		.what = builder_listener(4, 77) });
	builder_arrived(shell(), builder_listener(4, 77));
	fill();
	assert_only_kind(NI_KIND_ARRIVED);
	assert_int_equal(only(NI_KIND_ARRIVED)->count, 2);
	assert_int_equal(report.flow_count, 1);
}

static void what_the_shim_stopped_is_a_leak_that_was_stopped(void **state)
{
	const struct ni_finding *leak;

	(void)state;
	server((struct ni_trace_held){ .flags = NI_HELD_ENFORCED });
	shell();
	fill();
	leak = only(NI_KIND_LEAK);
	assert_true(leak->is_stopped);
	assert_non_null(leak->suppressed);
	assert_int_equal(report.flow_count, 0);
}

/* By number and inode: what the new image says counts, not the flag. */
static void what_the_shim_handed_over_was_not_stopped(void **state)
{
	const struct ni_finding *passed;

	(void)state;
	server((struct ni_trace_held){ .flags = NI_HELD_ENFORCED });
	builder_arrived(shell(), builder_listener(4, 77));
	fill();
	passed = only(NI_KIND_PASSED);
	assert_false(passed->is_stopped);
	assert_null(passed->suppressed);
	assert_int_equal(report.flow_count, 1);
}

static void what_nobody_told_the_receiver_is_passed_in_doubt(void **state)
{
	static const struct {
		unsigned flags;
		bool is_doubtful;
	} rows[] = { { 0, false }, { NI_HELD_UNTOLD, true } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		tear_down(state);
		set_up(state);
		server((struct ni_trace_held){
			.passed = NI_PASSED_FLAG,
			.flags = (uint16_t)rows[i].flags });
		builder_arrived(shell(), builder_listener(4, 77));
		fill();
		assert_int_equal(only(NI_KIND_PASSED)->is_doubtful,
				 rows[i].is_doubtful);
	}
}

static void what_nobody_created_gets_no_stack(void **state)
{
	const struct ni_finding *leak;

	(void)state;
	server((struct ni_trace_held){ .flags = NI_HELD_UNSEEN });
	builder_arrived(shell(), builder_listener(4, 77));
	fill();
	leak = only(NI_KIND_LEAK);
	assert_null(leak->created);
	assert_null(leak->call);
	assert_stack(leak->at, "/bin/server", handing_over, 2);
}

/* ---- without an exec -------------------------------------------------------------- */

static void marked_late_is_a_race(void **state)
{
	struct builder *first = image(100, 1, 1000, "/bin/server");
	uint32_t marker = builder_site(first, NI_CALL_fcntl, handing_over, 2,
				       NULL);
	struct ni_trace_site counts = {
		.type = NI_TYPE_SOCKET, .family = AF_INET,
		.socket_type = SOCK_STREAM, .inheritable = 5, .marked = 5,
		.marked_threaded = 2, .window_ns_max = 1500,
		.markers = { { marker, 5 } },
	};
	const struct ni_finding *race;

	(void)state;
	builder_site(first, NI_CALL_socket, creation, 2, &counts);
	fill();
	assert_only_kind(NI_KIND_RACE);
	race = only(NI_KIND_RACE);
	assert_int_equal(race->count, 5);
	assert_int_equal(race->windows.threaded, 2);
	assert_int_equal(race->windows.longest_ns, 1500);
	assert_false(race->is_minor);
	assert_stack(race->created, "/bin/server", creation, 2);
	assert_stack(race->at, "/bin/server", handing_over, 2);
}

static void a_race_without_threads_is_minor(void **state)
{
	struct builder *first = image(100, 1, 1000, "/bin/server");
	struct ni_trace_site counts = { .inheritable = 1, .marked = 1 };

	(void)state;
	builder_site(first, NI_CALL_socket, creation, 2, &counts);
	fill();
	assert_true(only(NI_KIND_RACE)->is_minor);
	assert_null(only(NI_KIND_RACE)->at);
}

static void unmarked_is_inheritable_unless_it_leaked(void **state)
{
	struct ni_trace_site counts = { .inheritable = 3, .marked = 1 };
	struct builder *first = image(100, 1, 1000, "/bin/server");

	(void)state;
	builder_site(first, NI_CALL_open, creation, 2, &counts);
	fill();
	assert_int_equal(only(NI_KIND_INHERITABLE)->count, 2);
}

static void a_leaking_site_is_not_reported_as_inheritable(void **state)
{
	struct server made = server((struct ni_trace_held){ 0 });
	struct ni_trace_site *site =
		(void *)(made.builder->cells +
			 (size_t)made.socket * NI_TRACE_CELL_SIZE);

	(void)state;
	site->inheritable = 1;
	builder_arrived(shell(), builder_listener(4, 77));
	fill();
	assert_only_kind(NI_KIND_LEAK);
}

static void dup2_chooses_its_number_on_purpose(void **state)
{
	struct ni_trace_site counts = { .inheritable = 3 };

	(void)state;
	builder_site(image(100, 1, 1000, "/bin/sh"), NI_CALL_dup2, creation, 2,
		     &counts);
	fill();
	assert_int_equal(report.finding_count, 0);
}

static void unclosed_tells_where_others_were_closed(void **state)
{
	struct builder *first = image(100, 1, 1000, "/bin/server");
	uint32_t closer = builder_site(first, NI_CALL_close, handing_over, 2,
				       NULL);
	struct ni_trace_site counts = {
		.type = NI_TYPE_SOCKET, .atomic = 4, .closed = 1,
		.closers = { { closer, 3 } },
	};
	uint32_t socket = builder_site(first, NI_CALL_socket, creation, 2,
				       &counts);
	struct ni_trace_unclosed record = {
		.created = socket, .pid = 100, .count = 1,
		.what = builder_listener(4, 77),
	};
	struct sockaddr_in address = builder_address(8080);
	const struct ni_finding *unclosed;

	(void)state;
	builder_record(first, NI_RECORD_UNCLOSED, &record, sizeof(record),
		       &address, sizeof(address));
	fill();
	assert_only_kind(NI_KIND_UNCLOSED);
	unclosed = only(NI_KIND_UNCLOSED);
	assert_int_equal(unclosed->count, 1);
	assert_int_equal(unclosed->closed_count, 4);
	assert_stack(unclosed->closed, "/bin/server", handing_over, 2);
	assert_string_equal(unclosed->what.laddr, "127.0.0.1:8080");
}

static void a_double_close_has_both_closes_and_the_creation(void **state)
{
	static const uint64_t again[] = { 0x400 };
	struct builder *first = image(100, 1, 1000, "/bin/server");
	struct ni_trace_double_close record = {
		.created = builder_site(first, NI_CALL_open, creation, 2, NULL),
		.first = builder_site(first, NI_CALL_close, handing_over, 2,
				      NULL),
		.second = builder_site(first, NI_CALL_close, again, 1, NULL),
		.pid = 100, .fd = 5, .count = 3, .type = NI_TYPE_FILE,
	};
	const struct ni_finding *found;

	(void)state;
	BUILDER_RECORD(first, NI_RECORD_DOUBLE_CLOSE, &record);
	fill();
	found = only(NI_KIND_DOUBLE_CLOSE);
	assert_int_equal(found->count, 3);
	assert_stack(found->created, "/bin/server", creation, 2);
	assert_stack(found->closed, "/bin/server", handing_over, 2);
	assert_stack(found->at, "/bin/server", again, 1);
}

static void a_wrong_flag_names_its_call(void **state)
{
	struct builder *first = image(100, 1, 1000, "/bin/server");
	struct ni_trace_wrong_flag record = {
		.site = builder_site(first, NI_CALL_fcntl, handing_over, 2,
				     NULL),
		.pid = 100, .fd = 5, .count = 1, .command = F_SETFD,
		.argument = O_CLOEXEC,
	};
	const struct ni_finding *found;

	(void)state;
	BUILDER_RECORD(first, NI_RECORD_WRONG_FLAG, &record);
	fill();
	found = only(NI_KIND_WRONG_FLAG);
	assert_stack(found->at, "/bin/server", handing_over, 2);
	assert_int_equal(found->wrong.argument, O_CLOEXEC);
}

/* ---- the whole ---------------------------------------------------------------------- */

static void an_exhausted_process_names_who_had_them(void **state)
{
	struct builder *first = image(100, 1, 1000, "/bin/server");
	struct ni_trace_site socket = { .type = NI_TYPE_SOCKET,
					.family = AF_INET,
					.socket_type = SOCK_STREAM };
	struct ni_trace_exhausted record = {
		.pid = 100, .count = 7, .error = EMFILE, .limit = 1024,
		.open = 1000, .others = 3, .holders_count = 3,
	};
	const struct ni_finding *found;

	(void)state;
	record.site = builder_site(first, NI_CALL_accept, handing_over, 2, NULL);
	record.holders[0] = (struct ni_trace_holder){ 0, 900 };
	record.holders[1] = (struct ni_trace_holder){
		builder_site(first, NI_CALL_socket, creation, 2, &socket), 90
	};
	record.holders[2] = (struct ni_trace_holder){ 0xffffff, 7 };
	BUILDER_RECORD(first, NI_RECORD_EXHAUSTED, &record);
	record.holders_count = UINT32_MAX;
	record.error = ENFILE;
	BUILDER_RECORD(first, NI_RECORD_EXHAUSTED, &record);
	fill();
	found = only(NI_KIND_EXHAUSTED);
	assert_int_equal(found->count, 14);
	assert_stack(found->created, "/bin/server", creation, 2);
	assert_stack(found->at, "/bin/server", handing_over, 2);
	assert_string_equal(found->call, "socket");
	assert_string_equal(found->at_call, "accept");
	assert_string_equal(found->text, "tcp");
	assert_int_equal(found->exhaustion.limit, 1024);
	assert_int_equal(found->exhaustion.others, 3);
	assert_int_equal(found->exhaustion.holder_count, 3);
	assert_int_equal(found->exhaustion.holders[1].count, 90);
	assert_string_equal(found->exhaustion.holders[1].text, "tcp");
	assert_null(found->exhaustion.holders[2].created);
}

static void a_stack_is_the_same_in_every_run_of_a_program(void **state)
{
	struct ni_trace_site counts = { .inheritable = 1, .marked = 1 };

	(void)state;
	for (uint32_t pid = 100; pid < 103; pid++) {
		struct builder *one = image(pid, 1, pid, "/bin/server");

		builder_site(one, NI_CALL_socket, creation, 2, &counts);
	}
	fill();
	assert_int_equal(only(NI_KIND_RACE)->count, 3);
	assert_int_equal(report.process_count, 3);
}

static void forks_count_as_processes(void **state)
{
	struct builder *first = image(100, 1, 1000, "/bin/server");
	struct ni_trace_fork record = { .pid = 101, .ppid = 100 };

	(void)state;
	BUILDER_RECORD(first, NI_RECORD_FORK, &record);
	fill();
	assert_int_equal(report.process_count, 2);
	assert_int_equal(report.program_count, 1);
}

static void what_was_lost_is_said(void **state)
{
	struct builder *first = image(100, 1, 1000, "/bin/server");
	struct ni_trace_stopped record = { .pid = 100 };

	(void)state;
	first->header.dropped[NI_DROPPED_SITES] = 7;
	BUILDER_RECORD(first, NI_RECORD_STOPPED, &record);
	fill();
	assert_int_equal(report.loss_count, 2);
	assert_int_equal(report.losses[0].count, 7);
	assert_non_null(strstr(report.losses[0].what, "stacks"));
	assert_non_null(strstr(report.losses[1].what, "seccomp"));
}

static void numbers_that_lead_nowhere_are_survived(void **state)
{
	struct builder *first = image(100, 1, 1000, "/bin/server");
	struct ni_trace_site counts = {
		.inheritable = UINT32_MAX, .marked = UINT32_MAX,
		.markers = { { 0xffffffff, UINT32_MAX }, { 1, 1 } },
	};
	struct ni_trace_unclosed unclosed = { .created = 0xffffff };
	struct ni_trace_exec_again again = { .exec = 5 };

	(void)state;
	builder_site(first, 60000, creation, 2, &counts);
	BUILDER_RECORD(first, NI_RECORD_UNCLOSED, &unclosed);
	BUILDER_RECORD(first, NI_RECORD_EXEC_AGAIN, &again);
	builder_held(first, (struct ni_trace_held){ .exec = 99 });
	builder_exec(first, (struct ni_trace_exec){ .site = 999, .count = 0 },
		     "/bin/sh");
	fill();
	only(NI_KIND_RACE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_leak_joins_creation_exec_and_receiver),
		CASE(a_grandchild_leads_back_to_the_creator),
		CASE(what_did_not_arrive_is_no_finding),
		CASE(another_object_under_the_number_is_not_it),
		CASE(who_cannot_be_followed_is_taken_to_have_it),
		CASE(an_exec_that_failed_leaks_nothing),
		CASE(repeated_execs_are_one_finding),
		CASE(execs_known_by_number_only_count_too),
		CASE(a_spawned_child_is_found_by_its_parent),
		CASE(a_descriptor_moved_by_spawn_is_the_same),
		CASE(what_was_meant_is_passed),
		CASE(a_program_that_starts_itself_again_passes),
		CASE(an_interpreter_with_another_script_leaks),
		CASE(what_was_open_at_start_is_arrived_and_never_a_leak),
		CASE(what_the_shim_stopped_is_a_leak_that_was_stopped),
		CASE(what_the_shim_handed_over_was_not_stopped),
		CASE(what_nobody_told_the_receiver_is_passed_in_doubt),
		CASE(what_nobody_created_gets_no_stack),
		CASE(marked_late_is_a_race),
		CASE(a_race_without_threads_is_minor),
		CASE(unmarked_is_inheritable_unless_it_leaked),
		CASE(a_leaking_site_is_not_reported_as_inheritable),
		CASE(dup2_chooses_its_number_on_purpose),
		CASE(unclosed_tells_where_others_were_closed),
		CASE(a_double_close_has_both_closes_and_the_creation),
		CASE(a_wrong_flag_names_its_call),
		CASE(an_exhausted_process_names_who_had_them),
		CASE(a_stack_is_the_same_in_every_run_of_a_program),
		CASE(forks_count_as_processes),
		CASE(what_was_lost_is_said),
		CASE(numbers_that_lead_nowhere_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
