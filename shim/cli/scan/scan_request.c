/*
 * scan_request.c - what a scan was asked: its options and operands.
 */
#include "cli/scan/scan_request.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/nearest.h"
#include "cli/options.h"
#include "cli/scan/proc_text.h"

static const char *const formats[] = { "text", "json", "prometheus", NULL };

/* No letter: it has no short form. */
enum { OPTION_FORMAT = 1000 };

static const struct option options[] = {
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "json", no_argument, NULL, 'j' },
	{ "output", required_argument, NULL, 'o' },
	{ "kinds", required_argument, NULL, NI_REPORT_OPTION_KINDS },
	{ "error-exitcode", required_argument, NULL, NI_REPORT_OPTION_EXITCODE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static int take_format(struct ni_scan_request *request, const char *word)
{
	const char *near;

	for (int i = 0; formats[i]; i++)
		if (!strcmp(word, formats[i])) {
			request->format = i;
			return 0;
		}
	near = ni_nearest_word(word, strlen(word), formats);
	if (near)
		return ni_error(NI_EXIT_TROUBLE,
				"scan: --format: unknown word '%s'; did you mean '%s'?",
				word, near);
	return ni_error(NI_EXIT_TROUBLE,
			"scan: --format: unknown word '%s'; 'noinherit scan --help' lists them",
			word);
}

/* A process that was named must be there: it is not one that vanished. */
static int check_pid(int proc, const char *text, pid_t pid)
{
	char path[32];
	int fd;

	if (!pid)
		return ni_error(NI_EXIT_TROUBLE,
				"scan: '%s' is neither a process ID nor a port as in ':8080'",
				text);
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

static int take_port(struct ni_scan_request *request, const char *word)
{
	long port;

	if (ni_parse_number(word + 1, 1, 65535, &port) < 0)
		return ni_error(NI_EXIT_TROUBLE,
				"scan: '%s' is not a port; use a number from 1 to 65535, as in ':8080'",
				word);
	request->ports[request->port_count++] = (unsigned)port;
	return 0;
}

static int take_pid(struct ni_scan_request *request, int proc, const char *word)
{
	pid_t pid = ni_proc_pid(word);
	int status = check_pid(proc, word, pid);

	if (!status)
		request->pids[request->pid_count++] = pid;
	return status;
}

int ni_scan_request_operands(struct ni_scan_request *request, int proc,
			     char **words, int count)
{
	int status = 0;

	request->pids = calloc((size_t)count + 1, sizeof(*request->pids));
	request->ports = calloc((size_t)count + 1, sizeof(*request->ports));
	if (!request->pids || !request->ports)
		return ni_error(NI_EXIT_TROUBLE, "scan: %s", strerror(ENOMEM));
	for (int i = 0; !status && i < count; i++)
		status = *words[i] == ':' ? take_port(request, words[i]) :
					    take_pid(request, proc, words[i]);
	return status;
}

static int take_option(struct ni_scan_request *request, char **argv, int option)
{
	switch (option) {
	case OPTION_FORMAT:
		return take_format(request, optarg);
	case 'h':
		request->is_help = true;
		return 0;
	case 'j':
		request->format = NI_SCAN_JSON;
		return 0;
	case 'o':
		request->output = optarg;
		return 0;
	default:
		break;
	}
	if (ni_is_report_option(option))
		return ni_report_options_take(&request->options, argv[0],
					      option, optarg);
	return ni_option_error(argv, options);
}

int ni_scan_request_options(struct ni_scan_request *request, int argc,
			    char **argv)
{
	int status = 0, option;

	while (!status && !request->is_help &&
	       (option = ni_next_option(argc, argv, options)) != -1)
		status = take_option(request, argv, option);
	return status;
}

void ni_scan_request_free(struct ni_scan_request *request)
{
	free(request->pids);
	free(request->ports);
}
