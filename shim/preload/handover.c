#include "preload/handover.h"

#include <fcntl.h>
#include <string.h>

#include "common/raw.h"
#include "preload/carried.h"
#include "preload/ours.h"
#include "preload/policy.h"

/* Rule 9c: where programs write the number of a socket that they pass. Each
 * leaves it as socket() made it and relies on inheritance alone. */
static const struct {
	char name[24];
	enum ni_keep_kind kind;
} meant_by[] = {
	{ "WAYLAND_SOCKET", NI_KEEP_ENV },	/* weston, KWin */
	{ "WAYLAND_SERVER_SOCKET", NI_KEEP_ENV },	/* weston's screen-share */
	{ "WESTON_LAUNCHER_SOCK", NI_KEEP_ENV },	/* weston-launch */
	{ "_FUSE_COMMFD", NI_KEEP_ENV },	/* libfuse, to fusermount */
	{ "_FUSE_COMMFD2", NI_KEEP_ENV },
	{ "_assuan_connection_fd", NI_KEEP_ENV },	/* gpgme, to gpgsm */
	{ "HYDI_CONTROL_FD", NI_KEEP_ENV },	/* MPICH's mpiexec */
	{ "PMI_FD", NI_KEEP_ENV },		/* MPI launchers */
	{ "SUDO_INTERCEPT_FD", NI_KEEP_ENV },
	{ "VPNFD", NI_KEEP_ENV },		/* openconnect --script-tun */
	{ "WINESERVERSOCKET", NI_KEEP_ENV },
	{ "--fd=", NI_KEEP_ARGV },		/* QEMU's helpers, kdeinit */
	{ "--initial-client-fd=", NI_KEEP_ARGV },	/* Crashpad */
	{ "-listen", NI_KEEP_ARGV },		/* Xwayland, these three */
	{ "-listenfd", NI_KEEP_ARGV },
	{ "-wm", NI_KEEP_ARGV },
	{ "--wayland-fd", NI_KEEP_ARGV },	/* KWin's wrapper */
	{ "--xwayland-fd", NI_KEEP_ARGV },
	{ "--httpport", NI_KEEP_ARGV },		/* Traffic Server: 8080:fd=7 */
	{ "pppol2tp", NI_KEEP_ARGV },		/* xl2tpd, to pppd */
};

enum { FIRST_LISTEN_FD = 3 };

static void set_flags(unsigned fd, int flags)
{
	ni_raw3(SYS_fcntl, fd, F_SETFD, flags);
}

static void add(struct ni_handover *handover, unsigned fd)
{
	unsigned char bit = (unsigned char)(1U << (fd % 8));

	if (fd >= handover->end || !ni_is_ours((int)fd) ||
	    (handover->bits[fd / 8] & bit))
		return;
	/* Ours, but the program may have taken the flag off in a way that we
	 * did not see: then there is nothing to do, nor to put back. */
	if (ni_raw3(SYS_fcntl, fd, F_GETFD, 0) != FD_CLOEXEC)
		return;
	handover->bits[fd / 8] |= bit;
	handover->count++;
}

static void add_range(struct ni_handover *handover, unsigned first,
		      unsigned count)
{
	unsigned end = handover->end;

	if (first < end && count < end - first)
		end = first + count;
	for (unsigned fd = first; fd < end; fd++)
		if (ni_ours[fd])
			add(handover, fd);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What makes a run of digits part of something else: php8.2, /run/8, 10-20. */
static bool belongs_to_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       is_digit(c) || c == '.' || c == '/' || c == '-';
}

static unsigned read_digits(const char **text)
{
	unsigned number = 0;

	for (; is_digit(**text); (*text)++)
		if (number <= NI_OURS_SIZE)
			number = number * 10 + (unsigned)(**text - '0');
	return number;
}

static void add_numbers_in(struct ni_handover *handover, const char *text)
{
	bool is_free = true;	/* the character before touches no number */

	while (*text) {
		unsigned number;

		if (!is_free || !is_digit(*text)) {
			is_free = !belongs_to_word(*text++);
			continue;
		}
		number = read_digits(&text);
		if (!belongs_to_word(*text))
			add(handover, number);
		is_free = false;
	}
}

/* @name is not terminated: NOINHERIT_KEEP's words lie in its text. */
static bool begins_with(const char *text, const char *name, size_t length)
{
	return !strncmp(text, name, length);
}

static void add_from_variables(struct ni_handover *handover, char *const *envp,
			       const char *name, size_t length)
{
	for (; envp && *envp; envp++)
		if (begins_with(*envp, name, length) && (*envp)[length] == '=')
			add_numbers_in(handover, *envp + length + 1);
}

/* The number follows the prefix, or is the next argument where nothing does. */
static void add_from_arguments(struct ni_handover *handover, char *const *argv,
			       const char *prefix, size_t length)
{
	for (; argv && *argv; argv++) {
		const char *rest = *argv + length;

		if (!begins_with(*argv, prefix, length))
			continue;
		if (!*rest && argv[1])
			add_numbers_in(handover, argv[1]);
		else
			add_numbers_in(handover, rest);
	}
}

static void add_meant(struct ni_handover *handover, char *const *argv,
		      char *const *envp)
{
	const struct ni_settings *settings = &ni_policy.settings;

	for (size_t i = 0; i < sizeof(meant_by) / sizeof(meant_by[0]); i++)
		if (meant_by[i].kind == NI_KEEP_ENV)
			add_from_variables(handover, envp, meant_by[i].name,
					   strlen(meant_by[i].name));
		else
			add_from_arguments(handover, argv, meant_by[i].name,
					   strlen(meant_by[i].name));
	for (unsigned i = 0; i < settings->keep_count; i++)
		if (settings->keep[i].kind == NI_KEEP_ENV)
			add_from_variables(handover, envp,
					   settings->keep[i].text,
					   settings->keep[i].length);
		else if (settings->keep[i].kind == NI_KEEP_ARGV)
			add_from_arguments(handover, argv,
					   settings->keep[i].text,
					   settings->keep[i].length);
}

static const char *find_variable(char *const *envp, const char *name)
{
	for (; envp && *envp; envp++) {
		const char *value = ni_variable_value(*envp, name);

		if (value)
			return value;
	}
	return NULL;
}

/* A whole number and nothing else; 0 for anything that is not one. */
static unsigned whole_number(const char *text)
{
	unsigned number = read_digits(&text);

	return *text ? 0 : number;
}

static bool names_process(const char *text, pid_t pid)
{
	long number = 0;

	for (; is_digit(*text) && number <= 0x7fffffff; text++)
		number = number * 10 + (*text - '0');
	return !*text && pid && number == pid;
}

/* Rule 9b: socket activation, sd_listen_fds(3). */
static void add_listen_fds(struct ni_handover *handover, char *const *envp,
			   pid_t pid)
{
	const char *count = find_variable(envp, "LISTEN_FDS");
	const char *listen_pid = find_variable(envp, "LISTEN_PID");

	if (!count || (listen_pid && !names_process(listen_pid, pid)))
		return;
	add_range(handover, FIRST_LISTEN_FD, whole_number(count));
}

void ni_handover_choose(struct ni_handover *handover, unsigned end,
			const struct ni_file *file, char *const *argv,
			char *const *envp, pid_t pid)
{
	memset(handover, 0, ni_handover_size(end));
	handover->end = end;
	if (!file->path)
		return;
	handover->is_same_program = ni_program_is_same(file, argv);
	if (handover->is_same_program) {
		add_range(handover, FIRST_LISTEN_FD, end);
		return;
	}
	add_listen_fds(handover, envp, pid);
	add_meant(handover, argv, envp);
}

unsigned ni_handover_next(const struct ni_handover *handover, unsigned fd)
{
	while (fd < handover->end &&
	       !(handover->bits[fd / 8] & (1U << (fd % 8))))
		fd++;
	return fd;
}

void ni_handover_release(const struct ni_handover *handover)
{
	unsigned fd = ni_handover_next(handover, 0);

	for (; fd < handover->end; fd = ni_handover_next(handover, fd + 1))
		set_flags(fd, 0);
}

void ni_handover_put_back(const struct ni_handover *handover)
{
	unsigned fd = ni_handover_next(handover, 0);

	for (; fd < handover->end; fd = ni_handover_next(handover, fd + 1))
		set_flags(fd, FD_CLOEXEC);
}
