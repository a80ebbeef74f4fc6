/*
 * sample_traces.c - writes the recording of a small server to a directory:
 *
 *   sample_traces DIR [SEED]
 *
 * The stacks run through functions of this program, so that a report on this
 * machine has names and lines. SEED changes what differs from run to run: pids,
 * times, inodes, ports. The programs:
 *
 *   server (100) creates a listener by socket in open_listener and two logs by
 *     open in open_log, called from finish and from forget; all leak into sh
 *     (101) and from there into cat (102); the file 3 that was open at start
 *     goes along; a pipe is passed by dup2
 *     to helper (103), which nobody could follow
 *   it marks a socket too late, twice; leaves one unclosed; closes one twice;
 *     sets the wrong flag
 *   its last argument tries to be a terminal escape, a script and no UTF-8
 */
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace_builder.h"

#define NOINLINE __attribute__((noinline, used))

static volatile int keep;

NOINLINE static void open_listener(void)
{
	keep++;
}

NOINLINE static void open_log(void)
{
	keep += 2;
}

NOINLINE static void start_helper(void)
{
	keep += 3;
}

NOINLINE static void late_mark(void)
{
	keep += 4;
}

NOINLINE static void forget(void)
{
	keep += 5;
}

NOINLINE static void finish(void)
{
	keep += 6;
}

/* ---- this program as module 1 -------------------------------------------------- */

static uintptr_t base;
static char self[4096];
static unsigned char build_id[64];
static uint8_t build_id_size;

static void read_note(const char *notes, size_t size)
{
	const ElfW(Nhdr) *note = (const void *)notes;

	if (size < sizeof(*note) || note->n_type != NT_GNU_BUILD_ID ||
	    note->n_descsz > sizeof(build_id))
		return;
	build_id_size = (uint8_t)note->n_descsz;
	memcpy(build_id, notes + sizeof(*note) + ((note->n_namesz + 3) & ~3u),
	       build_id_size);
}

static int find_self(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			read_note((void *)(info->dlpi_addr +
					   info->dlpi_phdr[i].p_vaddr),
				  info->dlpi_phdr[i].p_memsz);
	return 1;
}

static void add_self(struct builder *builder)
{
	struct ni_trace_module module = {
		.number = 1,
		.build_id_size = build_id_size,
		.path_size = (uint16_t)strlen(self),
	};
	char tail[sizeof(self) + sizeof(build_id)];

	memcpy(tail, build_id, build_id_size);
	memcpy(tail + build_id_size, self, strlen(self));
	builder_record(builder, NI_RECORD_MODULE, &module, sizeof(module),
		       tail, build_id_size + strlen(self));
}

/* The first instructions of the functions pass for calls. */
static uint32_t site_from(struct builder *builder, int call,
			  void (*function)(void), void (*caller)(void),
			  const struct ni_trace_site *counts)
{
	uint64_t offsets[] = {
		(uintptr_t)function - base + 4, (uintptr_t)caller - base + 4
	};

	return builder_site(builder, call, offsets, 2, counts);
}

static uint32_t site(struct builder *builder, int call, void (*function)(void),
		     const struct ni_trace_site *counts)
{
	return site_from(builder, call, function, finish, counts);
}

/* ---- the recording -------------------------------------------------------------- */

static uint32_t seed;
static bool is_whole;	/* nothing is missing */

static uint32_t pid(uint32_t number)
{
	return number + 1000 * seed;
}

static struct builder *image(uint32_t number, uint32_t parent,
			     uint64_t start_ns, const char *exe)
{
	struct builder *builder = builder_new(pid(number), pid(parent),
					      start_ns + seed, exe);

	add_self(builder);
	return builder;
}

static struct ni_trace_what file(int fd, const char *path)
{
	return (struct ni_trace_what){
		.device = 8, .inode = 500 + seed, .fd = fd,
		.type = NI_TYPE_FILE, .path_size = (uint16_t)strlen(path),
	};
}

static void held_file(struct builder *builder, uint32_t exec, uint32_t created,
		      int fd, const char *path)
{
	struct ni_trace_held held = {
		.exec = exec, .created = created, .count = 1,
		.flags = created ? NI_HELD_FORKED : NI_HELD_ARRIVED,
		.what = file(fd, path),
	};

	builder_record(builder, NI_RECORD_HELD, &held, sizeof(held), path,
		       strlen(path));
}

static void arrived_file(struct builder *builder, int fd, const char *path)
{
	struct ni_trace_arrived arrived = { .what = file(fd, path) };

	builder_record(builder, NI_RECORD_ARRIVED, &arrived, sizeof(arrived),
		       path, strlen(path));
}

static struct ni_trace_what listener(void)
{
	return builder_listener(4, 70 + seed);
}

static const char log_path[] = "/var/log/server.log";
static const char other_path[] = "/var/log/other.log";
static const char outer_path[] = "/etc/outer";

/* What both server and sh hand over: the listener, the logs, the file from
 * outside. */
static void hold_all(struct builder *builder, uint32_t exec, uint32_t socket,
		     uint32_t log, uint32_t other)
{
	builder_held(builder, (struct ni_trace_held){
		.exec = exec, .created = socket, .what = listener(),
		.flags = socket ? NI_HELD_FORKED : NI_HELD_ARRIVED });
	held_file(builder, exec, log, 5, log_path);
	held_file(builder, exec, other, 8, other_path);
	held_file(builder, exec, 0, 3, outer_path);
}

static void arrive_all(struct builder *builder)
{
	builder_arrived(builder, listener());
	arrived_file(builder, 5, log_path);
	arrived_file(builder, 8, other_path);
	arrived_file(builder, 3, outer_path);
}

static void add_own_findings(struct builder *server)
{
	uint32_t closer = site(server, NI_CALL_close, finish, NULL);
	uint32_t marker = site(server, NI_CALL_fcntl, finish, NULL);
	const struct ni_trace_site raced = {
		.type = NI_TYPE_SOCKET, .family = AF_INET,
		.socket_type = SOCK_STREAM, .inheritable = 2, .marked = 2,
		.marked_threaded = 1, .window_ns_max = 12345,
		.windows = { [2] = 1, [4] = 1 }, .markers = { { marker, 2 } },
	};
	const struct ni_trace_site forgotten = {
		.type = NI_TYPE_SOCKET, .atomic = 3,
		.closers = { { closer, 2 } },
	};
	struct ni_trace_unclosed unclosed = {
		.created = site(server, NI_CALL_socket, forget, &forgotten),
		.pid = pid(100), .count = 1, .what = builder_listener(9, 71),
	};
	struct ni_trace_double_close twice = {
		.created = site(server, NI_CALL_open, open_log, NULL),
		.first = closer,
		.second = site(server, NI_CALL_close, forget, NULL),
		.pid = pid(100), .fd = 6, .count = 1, .type = NI_TYPE_FILE,
	};
	struct ni_trace_wrong_flag wrong = {
		.site = marker, .pid = pid(100), .fd = 4, .count = 1,
		.command = F_SETFD, .argument = O_CLOEXEC,
	};
	struct sockaddr_in address = builder_address(8080);

	site(server, NI_CALL_accept, late_mark, &raced);
	builder_record(server, NI_RECORD_UNCLOSED, &unclosed, sizeof(unclosed),
		       &address, sizeof(address));
	BUILDER_RECORD(server, NI_RECORD_DOUBLE_CLOSE, &twice);
	BUILDER_RECORD(server, NI_RECORD_WRONG_FLAG, &wrong);
}

static void add_helper(struct builder *server)
{
	uint32_t exec_site = site(server, NI_CALL_posix_spawn, start_helper,
				  NULL);
	uint32_t exec = builder_exec(server, (struct ni_trace_exec){
		.time_ns = 3000 + seed, .site = exec_site, .pid = pid(100),
		.ppid = pid(1), .child = pid(103),
		.flags = NI_EXEC_UNFOLLOWED }, "/usr/bin/helper");

	builder_held(server, (struct ni_trace_held){
		.exec = exec, .passed = NI_PASSED_DUP2,
		.created = site(server, NI_CALL_pipe, start_helper, NULL),
		.what = { .device = 12, .inode = 900, .fd = 7,
			  .type = NI_TYPE_PIPE } });
}

static struct builder *make_server(void)
{
	struct builder *server = image(100, 1, 1000, "/usr/bin/server");
	uint32_t socket, log, other, exec;

	server->header.uid = 33;
	server->header.start_real_ns = UINT64_C(1700000000000000000);
	builder_argument(server, "server");
	builder_argument(server, "\033[31m</script><b>\"'\n\xff");
	socket = site(server, NI_CALL_socket, open_listener, NULL);
	log = site(server, NI_CALL_open, open_log, NULL);
	other = site_from(server, NI_CALL_open, open_log, forget, NULL);
	exec = builder_exec(server, (struct ni_trace_exec){
		.time_ns = 2000 + seed, .pid = pid(101), .ppid = pid(100),
		.site = site(server, NI_CALL_execve, start_helper, NULL),
		.child = pid(101) }, "/bin/sh");
	hold_all(server, exec, socket, log, other);
	arrived_file(server, 3, outer_path);
	add_own_findings(server);
	if (!is_whole)
		add_helper(server);
	if (!is_whole)
		server->header.dropped[NI_DROPPED_SITES] = 2;
	return server;
}

static struct builder *make_shell(void)
{
	struct builder *shell = image(101, 100, 2500, "/bin/sh");
	uint32_t exec;

	builder_argument(shell, "sh");
	builder_argument(shell, "-c");
	builder_argument(shell, "cat; true");
	exec = builder_exec(shell, (struct ni_trace_exec){
		.time_ns = 2600 + seed, .pid = pid(102), .ppid = pid(101),
		.site = site(shell, NI_CALL_execve, start_helper, NULL),
		.child = pid(102) }, "/bin/cat");
	arrive_all(shell);
	hold_all(shell, exec, 0, 0, 0);
	return shell;
}

static struct builder *make_cat(void)
{
	struct builder *cat = image(102, 101, 2700, "/bin/cat");

	builder_argument(cat, "cat");
	arrive_all(cat);
	return cat;
}

static void save(const char *directory, struct builder *builder)
{
	size_t size = sizeof(builder->header) +
		      (size_t)builder->header.cells_used * NI_TRACE_CELL_SIZE;
	char path[8192];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%u.%llu.trace", directory,
		 builder->header.pid,
		 (unsigned long long)builder->header.start_ns);
	out = fopen(path, "w");
	if (!out || fwrite(builder, 1, size, out) != size || fclose(out)) {
		perror(path);
		exit(1);
	}
	free(builder);
}

int main(int argc, char **argv)
{
	if (argc < 2 || readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	if (argc > 2)
		seed = (uint32_t)atoi(argv[2]);
	is_whole = argc > 3;
	dl_iterate_phdr(find_self, NULL);
	open_listener();
	open_log();
	start_helper();
	late_mark();
	forget();
	finish();
	save(argv[1], make_server());
	save(argv[1], make_shell());
	save(argv[1], make_cat());
	return 0;
}
