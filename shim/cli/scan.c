/*
 * scan.c - `noinherit scan`: sockets of running processes, nothing preloaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/options.h"
#include "cli/report/arena.h"
#include "cli/scan/can_listen.h"
#include "cli/scan/proc_text.h"
#include "cli/scan/scan_findings.h"
#include "cli/scan/scan_names.h"
#include "cli/scan/scan_output.h"
#include "cli/scan/scan_report.h"
#include "cli/scan/scan_request.h"
#include "cli/scan/snapshot.h"
#include "cli/verb.h"

/* An environment that is longer is read no further. */
#define ENVIRONMENT_SIZE (256 * 1024)

/* What the findings' questions are answered from. */
struct answers {
	int proc;
	const struct ni_scan_names *names;
	struct ni_listen_memory memory;
};

static int print_help(void)
{
	fputs("Usage: noinherit scan [OPTION]... [PID | :PORT]...\n"
	      "Say which running processes hold inheritable sockets, and which sockets are\n"
	      "held by more than one program, or by one that cannot have made them: these\n"
	      "have leaked already. Nothing is preloaded.\n"
	      "With PIDs, only sockets that these processes hold; with ports, who has them\n"
	      "and whether they leaked.\n"
	      "\n"
	      "      --format=FORMAT       text (default), json (schema noinherit-scan/1) or\n"
	      "                            prometheus, for a textfile collector\n"
	      "      --json                the same as --format=json\n"
	      "  -o, --output=FILE         write it there; a file is replaced as a whole\n"
	      "      --kinds=LIST          leak (held by another program), passed (the same,\n"
	      "                            but on purpose), inheritable, all; -KIND takes one\n"
	      "                            away; default: leak,inheritable\n"
	      "      --error-exitcode=N    exit with N if there is a leak, or anything of the\n"
	      "                            kinds that --kinds names\n"
	      "  -h, --help                print this help\n"
	      "\n"
	      "Processes of other users are skipped and counted unless root asks.\n"
	      "Exit status: 0, N as above, or 125 if noinherit itself fails.\n", stdout);
	return ni_flush_output(0);
}

/* ---- what the findings ask */

static bool is_listen_fd(pid_t pid, int fd, void *data)
{
	const struct answers *answers = data;
	char path[32], *text;
	size_t size = 0;
	ssize_t r = 0;
	bool answer;
	int file;

	snprintf(path, sizeof(path), "%d/environ", (int)pid);
	file = openat(answers->proc, path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	text = malloc(ENVIRONMENT_SIZE);
	while (text && size < ENVIRONMENT_SIZE &&
	       (r = read(file, text + size, ENVIRONMENT_SIZE - size)) > 0)
		size += (size_t)r;
	close(file);
	answer = text && ni_proc_is_listen_fd(text, size, pid, fd);
	free(text);
	return answer;
}

static bool is_listener(uint64_t inode, void *data)
{
	const struct answers *answers = data;

	return ni_scan_name(answers->names, inode)->state == TCP_LISTEN;
}

static bool can_listen(pid_t pid, void *data)
{
	struct answers *answers = data;

	return ni_can_listen(&answers->memory, answers->proc, pid);
}

/* ---- the scan */

/* Unless kinds were chosen, an inheritable socket is shown, too, but does not
 * count for the exit status. */
static unsigned shown_kinds(const struct ni_scan_request *request)
{
	return request->options.kinds ? request->options.kinds :
		ni_kinds_default() | NI_KIND_BIT(NI_KIND_INHERITABLE);
}

static unsigned counted_kinds(const struct ni_scan_request *request)
{
	return request->options.kinds ? request->options.kinds :
		ni_kinds_default();
}

/* Keeps the findings of these kinds. */
static size_t choose(struct ni_scan_finding *findings, size_t count,
		     unsigned kinds)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (kinds & NI_KIND_BIT(findings[i].kind))
			findings[kept++] = findings[i];
	return kept;
}

/* The exit status that the findings call for. */
static int judge(const struct ni_scan_request *request,
		 const struct ni_scan_report *report)
{
	for (size_t i = 0; i < report->row_count; i++)
		if (counted_kinds(request) & NI_KIND_BIT(report->rows[i].kind))
			return request->options.error_exitcode;
	return 0;
}

/* The sockets on the ports that were asked for; NULL where none was. */
static uint64_t *asked_inodes(const struct ni_scan_request *request,
			      const struct ni_scan_names *names, size_t *count)
{
	uint64_t *inodes = NULL;
	size_t room = 0;

	*count = 0;
	if (!request->port_count)
		return NULL;
	for (size_t i = 0; i < names->count; i++)
		if (ni_scan_is_asked(names, &names->sockets[i]))
			*(uint64_t *)ni_array_push(&inodes, count, &room,
				sizeof(*inodes)) = names->sockets[i].inode;
	return inodes ? inodes : calloc(1, sizeof(*inodes));
}

static size_t find(const struct ni_scan_request *request, struct answers *answers,
		   struct ni_snapshot *snapshot,
		   struct ni_scan_finding **findings)
{
	size_t inode_count;
	uint64_t *inodes = asked_inodes(request, answers->names, &inode_count);
	struct ni_scan_question question = {
		.pids = request->pids,
		.pid_count = request->pid_count,
		.inodes = inodes,
		.inode_count = inode_count,
		.is_listen_fd = is_listen_fd,
		.is_listener = is_listener,
		.can_listen = can_listen,
		.data = answers,
	};
	size_t count = ni_scan_findings(snapshot, &question, findings);

	free(inodes);
	return choose(*findings, count, shown_kinds(request));
}

/* https://no-color.org */
static bool wants_colour(const struct ni_scan_output *output)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return !(no && *no) && terminal && strcmp(terminal, "dumb") != 0 &&
	       isatty(fileno(output->file));
}

static int print(const struct ni_scan_request *request, struct ni_scan_report *report)
{
	struct ni_scan_output output;
	int status = ni_scan_output_open(&output, request->output);

	if (status)
		return status;
	switch (request->format) {
	case NI_SCAN_JSON:
		ni_scan_print_json(report, output.file);
		break;
	case NI_SCAN_PROMETHEUS:
		ni_scan_print_prometheus(report, output.file);
		break;
	default:
		ni_scan_print_text(report, output.file, wants_colour(&output));
		break;
	}
	return ni_scan_output_close(&output, judge(request, report));
}

static int scan(const struct ni_scan_request *request, int proc)
{
	struct ni_snapshot snapshot;
	struct ni_scan_finding *findings;
	struct ni_scan_names names = { 0 };
	struct ni_scan_report report = { 0 };
	struct answers answers = { .proc = proc, .names = &names };
	size_t count;
	int r = ni_snapshot_take(proc, &snapshot);

	if (r < 0)
		return ni_error(NI_EXIT_TROUBLE, "scan: cannot read /proc: %s",
				strerror(-r));
	ni_scan_names_find(proc, &snapshot, request->ports,
			   request->port_count, &names);
	count = find(request, &answers, &snapshot, &findings);
	ni_scan_report_build(&report, proc, &snapshot, &names, findings, count);
	r = print(request, &report);
	ni_scan_report_free(&report);
	ni_listen_memory_free(&answers.memory);
	ni_scan_names_free(&names);
	free(findings);
	ni_snapshot_free(&snapshot);
	return r;
}

/* The directory is there in every chroot; what matters is what lies on it. */
static int open_proc(int *proc)
{
	struct statfs status;

	*proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*proc < 0)
		return ni_error(NI_EXIT_TROUBLE, "scan: cannot open /proc: %s",
				strerror(errno));
	if (fstatfs(*proc, &status) == 0 && status.f_type == PROC_SUPER_MAGIC)
		return 0;
	close(*proc);
	return ni_error(NI_EXIT_TROUBLE,
			"scan: /proc is not mounted here; 'mount -t proc proc /proc' does it");
}

int ni_verb_scan(int argc, char **argv)
{
	struct ni_scan_request request = { 0 };
	int status = ni_scan_request_options(&request, argc, argv);
	int proc;

	if (!status && request.is_help)
		return print_help();
	if (!status)
		status = open_proc(&proc);
	if (status)
		return status;
	status = ni_scan_request_operands(&request, proc, argv + optind,
					  argc - optind);
	if (!status)
		status = scan(&request, proc);
	ni_scan_request_free(&request);
	close(proc);
	return status;
}
