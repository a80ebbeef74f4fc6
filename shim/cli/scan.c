/*
 * scan.c - `noinherit scan`: sockets of running processes, nothing preloaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/report/kinds.h"
#include "cli/message.h"
#include "cli/options.h"
#include "cli/scan/proc_text.h"
#include "cli/report/report_options.h"
#include "cli/scan/scan_findings.h"
#include "cli/scan/scan_report.h"
#include "cli/scan/snapshot.h"
#include "cli/verbs.h"

/* An environment that is longer is read no further. */
#define ENVIRONMENT_SIZE (256 * 1024)

struct request {
	struct ni_report_options options;
	int is_json;
	pid_t *pids;
	size_t pid_count;
};

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "kinds", required_argument, NULL, NI_REPORT_OPTION_KINDS },
	{ "error-exitcode", required_argument, NULL, NI_REPORT_OPTION_EXITCODE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static int print_help(void)
{
	fputs("Usage: noinherit scan [OPTION]... [PID]...\n"
	      "Say which running processes hold inheritable sockets, and which sockets are\n"
	      "held by more than one program: these have leaked already. Nothing is preloaded.\n"
	      "With PIDs, only sockets that these processes hold.\n"
	      "\n"
	      "  --json                print JSON, schema noinherit-scan/1\n"
	      "  --kinds=LIST          leak (held by another program), passed (the same, but on\n"
	      "                        purpose), inheritable, all; -KIND takes one away;\n"
	      "                        default: leak,inheritable\n"
	      "  --error-exitcode=N    exit with N if there is a leak, or anything of the kinds\n"
	      "                        that --kinds names\n"
	      "  -h, --help            print this help\n"
	      "\n"
	      "Processes of other users are skipped and counted unless root asks.\n"
	      "Exit status: 0, N as above, or 125 if noinherit itself fails.\n", stdout);
	return ni_flush_output(0);
}

/* A process that was named must be there: it is not one that vanished. */
static int check_pid(int proc, const char *text, pid_t pid)
{
	char path[32];
	int fd;

	if (!pid)
		return ni_error(NI_EXIT_TROUBLE,
				"scan: '%s' is no process number", text);
	snprintf(path, sizeof(path), "%d/fd", (int)pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (errno == EACCES || errno == EPERM)
		return ni_error(NI_EXIT_TROUBLE,
				"scan: process %d may not be read: %s; run this as its user or as root",
				(int)pid, strerror(errno));
	return ni_error(NI_EXIT_TROUBLE, "scan: there is no process %d",
			(int)pid);
}

static int take_pids(struct request *request, int proc, char **words, int count)
{
	request->pids = calloc((size_t)count + 1, sizeof(*request->pids));
	if (!request->pids)
		return ni_error(NI_EXIT_TROUBLE, "scan: %s", strerror(ENOMEM));
	for (int i = 0; i < count; i++) {
		pid_t pid = ni_proc_pid(words[i]);

		if (check_pid(proc, words[i], pid) != 0)
			return NI_EXIT_TROUBLE;
		request->pids[request->pid_count++] = pid;
	}
	return 0;
}

static bool is_listen_fd(pid_t pid, int fd, void *data)
{
	int proc = *(int *)data, file;
	char path[32], *text;
	size_t size = 0;
	ssize_t r = 0;
	bool answer;

	snprintf(path, sizeof(path), "%d/environ", (int)pid);
	file = openat(proc, path, O_RDONLY | O_CLOEXEC);
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

/* An inheritable socket is worth a line, but only where it was asked for is it
 * what the scan was looking for. */
static unsigned shown_kinds(const struct request *request)
{
	return request->options.kinds ? request->options.kinds :
		ni_kinds_default() | NI_KIND_BIT(NI_KIND_INHERITABLE);
}

static unsigned counted_kinds(const struct request *request)
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
static int judge(const struct request *request,
		 const struct ni_scan_report *report)
{
	for (size_t i = 0; i < report->row_count; i++)
		if (counted_kinds(request) & NI_KIND_BIT(report->rows[i].kind))
			return request->options.error_exitcode;
	return 0;
}

static int scan(const struct request *request, int proc)
{
	struct ni_scan_question question = {
		request->pids, request->pid_count, is_listen_fd, &proc
	};
	struct ni_snapshot snapshot;
	struct ni_scan_finding *findings;
	struct ni_scan_report report;
	size_t count;
	int r = ni_snapshot_take(proc, &snapshot);

	if (r < 0)
		return ni_error(NI_EXIT_TROUBLE, "scan: cannot read /proc: %s",
				strerror(-r));
	count = ni_scan_findings(&snapshot, &question, &findings);
	count = choose(findings, count, shown_kinds(request));
	ni_scan_report_build(&report, proc, &snapshot, findings, count);
	if (request->is_json)
		ni_scan_print_json(&report);
	else
		ni_scan_print_text(&report);
	r = judge(request, &report);
	ni_scan_report_free(&report);
	free(findings);
	ni_snapshot_free(&snapshot);
	return ni_flush_output(r);
}

int ni_verb_scan(int argc, char **argv)
{
	struct request request = { 0 };
	int status = 0, option, proc;

	while (!status && (option = ni_next_option(argc, argv, options)) != -1) {
		if (option == 'h')
			return print_help();
		if (option == 'j')
			request.is_json = 1;
		else if (ni_is_report_option(option))
			status = ni_report_options_take(&request.options,
							argv[0], option, optarg);
		else
			status = ni_option_error(argv, options);
	}
	if (status)
		return status;
	proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return ni_error(NI_EXIT_TROUBLE, "scan: cannot open /proc: %s",
				strerror(errno));
	status = take_pids(&request, proc, argv + optind, argc - optind);
	if (!status)
		status = scan(&request, proc);
	free(request.pids);
	close(proc);
	return status;
}
