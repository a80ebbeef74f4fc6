/*
 * passed.c - looks for a descriptor's number in the arguments, the variables
 * and the conventions of what is executed.
 */
#include "audit/passed.h"

#include <string.h>

#include "audit/environment.h"
#include "common/announced.h"

/* Variables that programs set for others and whose numbers are not those of
 * descriptors: CGI's, terminals', shells'. A '*' ends a prefix. */
static const char *const numbers_of_others[] = {
	"HTTP_*", "REMOTE_*", "SERVER_*", "REQUEST_*", "CONTENT_LENGTH",
	"GATEWAY_INTERFACE", "QUERY_STRING", "PATH_INFO", "SCRIPT_*",
	"COLUMNS", "LINES", "SHLVL", "TERM", "LC_*", "PG*", "TZ", "PWD",
	"OLDPWD", "RANDOM", "SECONDS", "PPID", "UID", "EUID", "LISTEN_PID",
	"RSYNC_*", "SSH_CLIENT", "SSH_CONNECTION", "NCAT_*", "SOCAT_*",
	"NOINHERIT_*", "LD_*",
};

bool ni_passed_names(const char *text, int fd)
{
	return fd >= 0 && ni_number_stands_in(text, (unsigned)fd);
}

/* Does the text begin with that number? Return: what follows it, or NULL. */
static const char *skip_number(const char *text, int fd)
{
	long number;
	size_t length = ni_number_read(text, &number);

	return length && number == fd && (*text != '0' || length == 1) ?
	       text + length : NULL;
}

/* ---- arguments ----------------------------------------------------------- */

static bool names_path(const char *argument, const char *directory, int fd)
{
	const size_t size = strlen(directory);
	const char *at = argument, *end;

	while ((at = strstr(at, directory)) != NULL) {
		at += size;
		end = skip_number(at, fd);
		if (end && (*end < '0' || *end > '9'))
			return true;
	}
	return false;
}

/* name=N, where what follows is not part of the number. */
static bool names_value(const char *argument, int fd)
{
	for (const char *at = strchr(argument, '='); at;
	     at = strchr(at + 1, '=')) {
		const char *text = at + 1;
		unsigned number;

		if (at != argument && skip_number(text, fd) &&
		    ni_number_next(&text, text, &number) &&
		    number == (unsigned)fd)
			return true;
	}
	return false;
}

/* Several numbers and nothing else, as Java's jspawnhelper gets them: 7:11. */
static bool names_in_list(const char *argument, int fd)
{
	return argument[strspn(argument, "0123456789:,")] == '\0' &&
	       argument[strcspn(argument, ":,")] &&
	       ni_passed_names(argument, fd);
}

static void look_at_arguments(char *const *argv, int fd,
			      struct ni_passed_because *because)
{
	for (size_t i = 0; argv && argv[i]; i++) {
		const char *end = skip_number(argv[i], fd);

		if (end && !*end && i)
			because->is_bare_number = true;
		if (!names_value(argv[i], fd) && !names_in_list(argv[i], fd) &&
		    !names_path(argv[i], "/dev/fd/", fd) &&
		    !names_path(argv[i], "/proc/self/fd/", fd))
			continue;
		because->reason = NI_PASSED_ARGUMENT;
		because->text = argv[i];
		because->length = strlen(argv[i]);
		return;
	}
}

/* ---- environment --------------------------------------------------------- */

static bool is_of_others(const char *variable, size_t length)
{
	for (size_t i = 0; i < sizeof(numbers_of_others) /
			       sizeof(numbers_of_others[0]); i++) {
		const char *name = numbers_of_others[i];
		size_t size = strlen(name);

		if (name[size - 1] == '*' ? length >= size - 1 &&
		    !strncmp(variable, name, size - 1) :
		    length == size && !strncmp(variable, name, size))
			return true;
	}
	return false;
}

static void look_at_environment(char *const *environment, int fd,
				struct ni_passed_because *because)
{
	for (; environment && *environment; environment++) {
		const char *value = strchr(*environment, '=');
		size_t length;

		if (!value || !ni_passed_names(value + 1, fd))
			continue;
		length = (size_t)(value - *environment);
		if (is_of_others(*environment, length) ||
		    !ni_environment_is_new(*environment))
			continue;
		because->reason = NI_PASSED_ENVIRONMENT;
		because->text = *environment;
		because->length = length;
		return;
	}
}

/* UCSPI: a client has its connection on 6 and 7, which PROTO announces. */
static void look_at_conventions(char *const *environment, int fd,
				struct ni_passed_because *because)
{
	if (fd != 6 && fd != 7)
		return;
	for (; environment && *environment; environment++) {
		if (!ni_variable_value(*environment, "PROTO") ||
		    !ni_environment_is_new(*environment))
			continue;
		because->reason = NI_PASSED_CONVENTION;
		because->text = "UCSPI";
		because->length = 5;
	}
}

/* ---- what the shim knows, too -------------------------------------------- */

struct looking_for {
	int fd;
	struct ni_passed_because *because;
};

static void look_at_announcement(void *data, const struct ni_announcement *what)
{
	static const uint8_t reasons[] = {
		[NI_ANNOUNCED_BY_LISTEN_FDS] = NI_PASSED_LISTEN_FDS,
		[NI_ANNOUNCED_BY_VARIABLE] = NI_PASSED_ENVIRONMENT,
		[NI_ANNOUNCED_BY_ARGUMENT] = NI_PASSED_ARGUMENT,
	};
	const struct looking_for *looking = data;
	struct ni_passed_because *because = looking->because;

	if (looking->fd < (int)what->first || looking->fd > (int)what->last ||
	    because->reason != NI_PASSED_NOT)
		return;
	because->reason = (enum ni_trace_passed)reasons[what->by];
	because->text = what->text;
	because->length = what->by == NI_ANNOUNCED_BY_ARGUMENT ?
		strlen(what->text) : what->name_length;
}

struct ni_passed_because ni_passed(const struct ni_passing *passing, int fd)
{
	struct ni_passed_because because = { NI_PASSED_NOT, "", 0, false };
	const struct ni_announced_to to = {
		passing->argv, passing->environment, passing->pid,
		ni_environment_is_new,
	};
	struct looking_for looking = { fd, &because };

	look_at_arguments(passing->argv, fd, &because);
	ni_announced_each(&to, look_at_announcement, &looking);
	if (because.reason == NI_PASSED_NOT)
		look_at_environment(passing->environment, fd, &because);
	if (because.reason == NI_PASSED_NOT)
		look_at_conventions(passing->environment, fd, &because);
	return because;
}

/* Here a number by itself counts, too: the only question is whether the
 * receiver could know it. */
bool ni_passed_is_told(const struct ni_passing *passing, int fd)
{
	struct ni_passed_because because = ni_passed(passing, fd);

	for (char *const *at = passing->argv; at && *at; at++)
		if (ni_passed_names(*at, fd))
			return true;
	return because.reason != NI_PASSED_NOT;
}
