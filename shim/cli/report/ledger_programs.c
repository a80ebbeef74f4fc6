/*
 * ledger_programs.c - images, what launched them, and the tree they form.
 *
 * A new image belongs to the latest exec of its pid before its start; where the
 * exec could not know the child's pid, to one of its parent's.
 */
#include "cli/report/ledger_parts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base_name.h"
#include "common/same_program.h"

/* ---- images ------------------------------------------------------------- */

static int by_start(const void *a, const void *b)
{
	const struct ni_trace_header *left =
		&(*(const struct ni_trace *const *)a)->header;
	const struct ni_trace_header *right =
		&(*(const struct ni_trace *const *)b)->header;

	if (left->start_ns != right->start_ns)
		return left->start_ns < right->start_ns ? -1 : 1;
	return left->pid < right->pid ? -1 : left->pid > right->pid;
}

static struct ni_program *add_program(struct ledger *ledger)
{
	struct ni_report *report = ledger->report;
	struct ni_program **row = ni_array_push(&report->programs,
						&report->program_count,
						&ledger->program_room,
						sizeof(*row));

	*row = ni_arena_take(ledger->arena, sizeof(**row));
	(*row)->number = report->program_count - 1;
	return *row;
}

/* A link may be what people know the file by (redis-server is a link to
 * redis-check-rdb). For an interpreter, though, execfn may be its script. */
static const char *name_of(const char *exe, const char *execfn)
{
	if (*execfn && ni_program_kind(exe) != NI_PROGRAM_INTERPRETER)
		return ni_base_name(execfn);
	return ni_base_name(exe);
}

static void read_image(struct ledger *ledger, struct image *image)
{
	const struct ni_trace *trace = image->trace;
	struct ni_program *program = add_program(ledger);

	program->pid = (pid_t)trace->header.pid;
	program->ppid = (pid_t)trace->header.ppid;
	program->uid = trace->header.uid;
	program->started_ns = trace->header.start_real_ns;
	program->exe = *trace->exe || !trace->argc ? trace->exe :
						     trace->argv[0];
	program->cwd = trace->cwd;
	program->name = name_of(program->exe, trace->execfn);
	program->argv = trace->argv;
	program->argc = trace->argc;
	program->is_argv_cut = (trace->header.flags & NI_TRACE_ARGV_CUT) != 0;
	image->program = program;
	ni_places_read(ledger, image);
}

void ni_programs_read(struct ledger *ledger, const struct ni_trace *traces,
		      size_t count)
{
	const struct ni_trace **sorted = ni_arena_array(ledger->arena, count,
							sizeof(*sorted));

	for (size_t i = 0; i < count; i++)
		sorted[i] = &traces[i];
	qsort(sorted, count, sizeof(*sorted), by_start);
	ledger->image_count = count;
	ledger->images = ni_arena_array(ledger->arena, count,
					sizeof(*ledger->images));
	for (size_t i = 0; i < count; i++) {
		ledger->images[i].trace = sorted[i];
		read_image(ledger, &ledger->images[i]);
	}
}

/* ---- launches ----------------------------------------------------------- */

static struct launch *add_launch(struct ledger *ledger, struct image *image,
				 const struct ni_trace_exec *exec, uint32_t ref)
{
	struct launch *launch = ni_array_push(&ledger->launches,
					      &ledger->launch_count,
					      &ledger->launch_room,
					      sizeof(*launch));

	launch->from = image;
	launch->exec = exec;
	launch->exec_ref = ref;
	return launch;
}

/* How many EXEC_AGAIN of this record failed, or how many did not. */
static uint32_t count_again(const struct image *image, uint32_t ref,
			    bool is_failed)
{
	uint32_t count = 0;

	for (size_t i = 0; i < image->trace->record_count; i++) {
		const struct ni_record *other = &image->trace->records[i];
		const struct ni_trace_exec_again *again = other->bytes;

		if (other->kind == NI_RECORD_EXEC_AGAIN && again->exec == ref)
			count += !again->error == !is_failed;
	}
	return count;
}

static void add_first(struct ledger *ledger, struct image *image,
		      const struct ni_record *record)
{
	const struct ni_trace_exec *exec = record->bytes;
	uint32_t again = exec->count > 1 ? count_again(image, record->ref, 0)
					 : 0;
	struct launch *launch;

	/* More failures than among those repeated: the first one failed. */
	if (exec->failed && exec->failed > count_again(image, record->ref, 1))
		return;
	launch = add_launch(ledger, image, exec, record->ref);
	launch->pid = (pid_t)exec->pid;
	launch->child = (pid_t)exec->child;
	launch->time_ns = exec->time_ns;
	launch->is_first = true;
	if (exec->count > exec->failed &&
	    exec->count - exec->failed > again + 1)
		launch->unlisted = exec->count - exec->failed - again - 1;
}

static void add_again(struct ledger *ledger, struct image *image,
		      const struct ni_trace_exec_again *again)
{
	const struct ni_trace_exec *exec =
		ni_trace_find(image->trace, again->exec, NI_RECORD_EXEC);
	struct launch *launch;

	if (!exec || again->error)
		return;
	launch = add_launch(ledger, image, exec, again->exec);
	launch->pid = (pid_t)again->pid;
	launch->child = (pid_t)again->child;
	launch->time_ns = again->time_ns;
}

static void read_launches(struct ledger *ledger, struct image *image)
{
	for (size_t i = 0; i < image->trace->record_count; i++) {
		const struct ni_record *record = &image->trace->records[i];

		if (record->kind == NI_RECORD_EXEC)
			add_first(ledger, image, record);
		else if (record->kind == NI_RECORD_EXEC_AGAIN)
			add_again(ledger, image, record->bytes);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct launch *left = a, *right = b;

	if (left->time_ns != right->time_ns)
		return left->time_ns < right->time_ns ? -1 : 1;
	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	return left->exec_ref < right->exec_ref ? -1 :
	       left->exec_ref > right->exec_ref;
}

/* ---- which image came out of which launch ------------------------------- */

static bool is_named(const char *name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(ni_base_name(words[i]), ni_base_name(name)))
			return true;
	return false;
}

/* A program that left no trace may have executed the image in its own process.
 * That is certain if the image is another file than the one launched and has
 * another name, and is not an interpreter that was given the one launched. What
 * an emulator runs is, to the kernel, the emulator's file. */
static bool is_another(struct ledger *ledger, const struct image *image,
		       const struct launch *launch)
{
	const struct ni_trace *trace = image->trace;
	const struct ni_trace_exec *exec = launch->exec;
	const char *path;

	if (!exec->inode || !trace->header.exe_inode || !*trace->execfn ||
	    (exec->inode == trace->header.exe_inode &&
	     exec->device == trace->header.exe_device))
		return false;
	path = ni_arena_copy(ledger->arena, (const char *)(exec + 1),
			     exec->path_size);
	return !is_named(path, &trace->execfn, 1) &&
	       !is_named(path, trace->argv, trace->argc);
}

/* The latest launch before the image that may have started it. */
static struct launch *find_launch(struct ledger *ledger,
				  const struct image *image, bool is_pid_known)
{
	const struct ni_trace_header *header = &image->trace->header;

	for (size_t i = ledger->launch_count; i > 0; i--) {
		struct launch *launch = &ledger->launches[i - 1];

		if (launch->time_ns > header->start_ns || launch->into ||
		    launch->from == image)
			continue;
		if ((is_pid_known ? (uint32_t)launch->child == header->pid :
		     !launch->child &&
		     (uint32_t)launch->pid == header->ppid) &&
		    !is_another(ledger, image, launch))
			return launch;
	}
	return NULL;
}

static void take_launch(struct image *image, struct launch *launch)
{
	if (!launch)
		return;
	image->launch = launch;
	launch->into = image;
	launch->program = image->program;
	image->program->parent = launch->from->program;
}

static const char *why_unfollowed(const struct ni_trace_exec *exec)
{
	if (exec->flags & NI_EXEC_UNFOLLOWED)
		return "its environment lacked the recorder";
	return "it left no trace: it is static, set-id or of another "
	       "architecture, may not write to the recording, or ended, "
	       "or was stopped, before it began";
}

static void add_unfollowed(struct ledger *ledger, struct launch *launch)
{
	const struct ni_trace_exec *exec = launch->exec;
	const char *tail = (const char *)(exec + 1);
	struct ni_program *program = add_program(ledger);

	program->pid = launch->child;
	program->ppid = launch->child == launch->pid ? (pid_t)exec->ppid :
						       launch->pid;
	program->uid = -1;
	program->exe = ni_arena_copy(ledger->arena, tail, exec->path_size);
	program->name = ni_base_name(program->exe);
	program->argv = ni_trace_strings(ledger->arena, tail + exec->path_size,
					 exec->argv_size, &program->argc);
	program->is_argv_cut = (exec->flags & NI_EXEC_ARGV_CUT) != 0;
	program->parent = launch->from->program;
	program->unfollowed = why_unfollowed(exec);
	program->old_trace = launch->from->trace->name;
	launch->program = program;
}

/* A program that left no trace may start one that does, or become one: that one
 * knows its parent, and has its pid. */
static void find_untraced(struct ledger *ledger, struct image *image)
{
	const struct ni_trace_header *header = &image->trace->header;

	for (size_t i = ledger->launch_count; i > 0; i--) {
		struct launch *launch = &ledger->launches[i - 1];

		if (launch->into || !launch->child ||
		    ((uint32_t)launch->child != header->ppid &&
		     (uint32_t)launch->child != header->pid) ||
		    launch->time_ns > header->start_ns)
			continue;
		image->untraced = launch;
		image->program->parent = launch->program;
		return;
	}
}

static size_t count_processes(const struct ledger *ledger)
{
	struct ni_distinct pids = { .arena = ledger->arena };
	size_t count;

	for (size_t i = 0; i < ledger->report->program_count; i++) {
		const struct ni_program *program = ledger->report->programs[i];

		if (program->pid)
			ni_distinct_number(&pids, &program->pid, sizeof(pid_t));
	}
	for (size_t i = 0; i < ledger->image_count; i++) {
		const struct ni_trace *trace = ledger->images[i].trace;

		for (size_t j = 0; j < trace->record_count; j++) {
			const struct ni_trace_fork *fork =
				trace->records[j].bytes;

			if (trace->records[j].kind == NI_RECORD_FORK)
				ni_distinct_number(&pids, &fork->pid,
						   sizeof(fork->pid));
		}
	}
	count = pids.count;
	ni_distinct_free(&pids);
	return count;
}

void ni_programs_join(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->image_count; i++)
		read_launches(ledger, &ledger->images[i]);
	if (ledger->launch_count)
		qsort(ledger->launches, ledger->launch_count,
		      sizeof(*ledger->launches), by_time);
	/* First the launches that name their child, so that no guess takes
	 * them away. */
	for (size_t i = 0; i < ledger->image_count; i++)
		take_launch(&ledger->images[i],
			    find_launch(ledger, &ledger->images[i], 1));
	for (size_t i = 0; i < ledger->image_count; i++)
		if (!ledger->images[i].launch)
			take_launch(&ledger->images[i],
				    find_launch(ledger, &ledger->images[i], 0));
	for (size_t i = 0; i < ledger->launch_count; i++)
		if (!ledger->launches[i].into)
			add_unfollowed(ledger, &ledger->launches[i]);
	for (size_t i = 0; i < ledger->image_count; i++)
		if (!ledger->images[i].launch)
			find_untraced(ledger, &ledger->images[i]);
	ledger->report->process_count = count_processes(ledger);
}

/* The strictest of the kinds that its names suggest. */
static enum ni_program_kind kind_of(const struct ni_program *program)
{
	enum ni_program_kind kind = ni_program_kind(program->exe), called;

	called = program->argc ? ni_program_kind(program->argv[0]) : kind;
	return called > kind ? called : kind;
}

static struct ni_program_arguments
arguments_of(const struct ni_program *program)
{
	return ni_program_arguments((char *const *)program->argv,
				    program->argc);
}

bool ni_programs_is_again(const struct launch *launch)
{
	const struct ni_trace_header *header = &launch->from->trace->header;
	const struct ni_trace_exec *exec = launch->exec;
	struct ni_program_arguments before, now;
	bool is_same_file = launch->into ?
		header->exe_inode == launch->into->trace->header.exe_inode &&
		header->exe_device == launch->into->trace->header.exe_device :
		header->exe_inode == exec->inode &&
		header->exe_device == exec->device;

	if (!is_same_file || (!header->exe_inode && !header->exe_device))
		return false;
	before = arguments_of(launch->from->program);
	now = arguments_of(launch->program);
	return ni_program_is_again(kind_of(launch->from->program), &before,
				   &now);
}
