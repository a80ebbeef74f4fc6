/*
 * announced.c - the tables of variables and options that name descriptors, and
 * the readers of each form of number.
 */
#include "common/announced.h"

#include <limits.h>
#include <string.h>

enum { FIRST_LISTEN_FD = 3 };	/* sd_listen_fds(3) */

/* Variables in which programs pass the number of a socket that they leave as
 * socket() made it, relying on inheritance alone. The names are in the rows
 * themselves: a pointer would cost a relocation in every process. */
static const char variables[][24] = {
	"LISTEN_FDS", "LISTEN_PID",	/* read differently from the rest */
	"WAYLAND_SOCKET",		/* weston, KWin */
	"WAYLAND_SERVER_SOCKET",	/* weston's screen-share */
	"WESTON_LAUNCHER_SOCK",		/* weston-launch */
	"_FUSE_COMMFD",			/* libfuse, to fusermount */
	"_FUSE_COMMFD2",
	"_assuan_connection_fd",	/* gpgme, to gpgsm */
	"HYDI_CONTROL_FD",		/* MPICH's mpiexec */
	"PMI_FD",			/* MPI launchers */
	"SUDO_INTERCEPT_FD",
	"VPNFD",			/* openconnect --script-tun */
	"WINESERVERSOCKET",
};

enum { FIRST_PLAIN_VARIABLE = 2 };

/* "name=" is followed by the number; after an option, it is in the next
 * argument. */
static const char arguments[][24] = {
	"--fd=",			/* QEMU's helpers, kdeinit */
	"--initial-client-fd=",		/* Crashpad */
	"-listen", "-listenfd", "-wm",	/* Xwayland */
	"--wayland-fd",			/* KWin's wrapper */
	"--xwayland-fd",
	"--httpport",			/* Traffic Server: 8080:fd=7 */
	"pppol2tp",			/* xl2tpd, to pppd */
};

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* ---- numbers in text ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A character that makes a run of digits part of something else: php8.2,
 * /run/8, 10-20. */
static bool belongs_to_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       is_digit(c) || c == '.' || c == '/' || c == '-';
}

size_t ni_number_read(const char *text, long *number)
{
	size_t digits = 0;
	long value = 0;

	for (; is_digit(text[digits]); digits++) {
		int digit = text[digits] - '0';

		value = value > (LONG_MAX - digit) / 10 ?
			LONG_MAX : value * 10 + digit;
	}
	*number = value;
	return digits;
}

bool ni_number_next(const char **text, const char *start, unsigned *number)
{
	const char *at = *text;

	while (*at) {
		const char *run = at;
		bool is_free = run == start || !belongs_to_word(run[-1]);
		long value;

		at += ni_number_read(run, &value);
		if (at == run) {
			at++;
			continue;
		}
		*text = at;
		*number = (unsigned)value;
		if (is_free && !belongs_to_word(*at) && value <= INT_MAX &&
		    (*run != '0' || at == run + 1))
			return true;
	}
	*text = at;
	return false;
}

bool ni_number_stands_in(const char *text, unsigned number)
{
	const char *start = text;
	unsigned found;

	while (ni_number_next(&text, start, &found))
		if (found == number)
			return true;
	return false;
}

/* ---- what a new image is told ---- */

const char *ni_variable_value(const char *variable, const char *name)
{
	while (*name && *variable == *name) {
		variable++;
		name++;
	}
	return *name || *variable != '=' ? NULL : variable + 1;
}

static bool is_own(const struct ni_announced_to *to, const char *variable)
{
	return !to->is_own || to->is_own(variable);
}

/* @from: where the numbers begin in what->text, or in the argument after it. */
static void visit_numbers(struct ni_announcement *what, const char *from,
			  ni_announced_visit *visit, void *data)
{
	const char *text = from;

	while (ni_number_next(&text, from, &what->first)) {
		what->last = what->first;
		visit(data, what);
	}
}

static bool begins_with(const char *text, const char *name, size_t length)
{
	return !strncmp(text, name, length);
}

void ni_announced_in_variable(const struct ni_announced_to *to,
			      const char *name, size_t length,
			      ni_announced_visit *visit, void *data)
{
	char *const *at = to->environment;

	for (; at && *at; at++) {
		struct ni_announcement what = {
			.by = NI_ANNOUNCED_BY_VARIABLE,
			.text = *at,
			.name_length = length,
		};

		if (begins_with(*at, name, length) && (*at)[length] == '=' &&
		    is_own(to, *at))
			visit_numbers(&what, *at + length + 1, visit, data);
	}
}

void ni_announced_in_arguments(const struct ni_announced_to *to,
			       const char *prefix, size_t length,
			       ni_announced_visit *visit, void *data)
{
	char *const *at = to->argv;

	for (; at && *at; at++) {
		struct ni_announcement what = {
			.by = NI_ANNOUNCED_BY_ARGUMENT,
			.text = *at,
			.name_length = length,
		};

		if (!begins_with(*at, prefix, length))
			continue;
		if (!(*at)[length] && at[1])
			visit_numbers(&what, at[1], visit, data);
		else
			visit_numbers(&what, *at + length, visit, data);
	}
}

/* A row of the table must match as a whole word: -listen is not -listenfd. */
static void visit_table_argument(const struct ni_announced_to *to,
				 const char *row, ni_announced_visit *visit,
				 void *data)
{
	size_t length = strlen(row);
	char *const *at = to->argv;

	if (row[length - 1] == '=') {
		ni_announced_in_arguments(to, row, length, visit, data);
		return;
	}
	for (; at && *at; at++) {
		struct ni_announcement what = {
			.by = NI_ANNOUNCED_BY_ARGUMENT,
			.text = *at,
			.name_length = length,
		};

		if (!begins_with(*at, row, length))
			continue;
		if ((*at)[length] == '=')
			visit_numbers(&what, *at + length + 1, visit, data);
		else if (!(*at)[length] && at[1])
			visit_numbers(&what, at[1], visit, data);
	}
}

static const char *find_variable(const struct ni_announced_to *to,
				 const char *name)
{
	char *const *at = to->environment;

	for (; at && *at; at++)
		if (ni_variable_value(*at, name))
			return *at;
	return NULL;
}

/* The number that @text consists of; -1 if it is anything else. */
static long whole_number(const char *text)
{
	long number;
	size_t digits = ni_number_read(text, &number);

	return digits && !text[digits] ? number : -1;
}

/* The two count as newly set if either differs from what was inherited. */
static void visit_listen_fds(const struct ni_announced_to *to,
			     ni_announced_visit *visit, void *data)
{
	const char *fds = find_variable(to, "LISTEN_FDS");
	const char *pid = find_variable(to, "LISTEN_PID");
	struct ni_announcement what = {
		.by = NI_ANNOUNCED_BY_LISTEN_FDS,
		.first = FIRST_LISTEN_FD,
		.text = fds,
		.name_length = sizeof("LISTEN_FDS") - 1,
	};
	long count;

	if (!fds || (!is_own(to, fds) && !(pid && is_own(to, pid))))
		return;
	if (pid && (!to->pid ||
		    whole_number(ni_variable_value(pid, "LISTEN_PID")) !=
		    to->pid))
		return;
	count = whole_number(ni_variable_value(fds, "LISTEN_FDS"));
	if (count <= 0)
		return;
	what.last = count > INT_MAX - FIRST_LISTEN_FD ?
		INT_MAX : FIRST_LISTEN_FD + (unsigned)count - 1;
	visit(data, &what);
}

void ni_announced_each(const struct ni_announced_to *to,
		       ni_announced_visit *visit, void *data)
{
	visit_listen_fds(to, visit, data);
	for (size_t i = FIRST_PLAIN_VARIABLE; i < ROWS(variables); i++)
		ni_announced_in_variable(to, variables[i], strlen(variables[i]),
					 visit, data);
	for (size_t i = 0; i < ROWS(arguments); i++)
		visit_table_argument(to, arguments[i], visit, data);
}

uint32_t ni_announced_letters(void)
{
	uint32_t letters = 0;

	for (size_t i = 0; i < ROWS(variables); i++)
		letters |= ni_letter_bit(*variables[i]);
	return letters;
}

bool ni_announced_is_variable(const char *variable)
{
	for (size_t i = 0; i < ROWS(variables); i++)
		if (*variable == *variables[i] &&
		    ni_variable_value(variable, variables[i]))
			return true;
	return false;
}
