#include "passed.h"

#include <string.h>

#include "environment.h"

/* Variables that programs set for others and whose numbers are none of a
 * descriptor: those of CGI, of terminals, of shells. A '*' ends a prefix. */
static const char *const numbers_of_others[] = {
	"HTTP_*", "REMOTE_*", "SERVER_*", "REQUEST_*", "CONTENT_LENGTH",
	"GATEWAY_INTERFACE", "QUERY_STRING", "PATH_INFO", "SCRIPT_*",
	"COLUMNS", "LINES", "SHLVL", "TERM", "LC_*", "PG*", "TZ", "PWD",
	"OLDPWD", "RANDOM", "SECONDS", "PPID", "UID", "EUID", "LISTEN_PID",
	"RSYNC_*", "SSH_CLIENT", "SSH_CONNECTION", "NCAT_*", "SOCAT_*",
	"NOINHERIT_*", "LD_*",
};

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

/* Would a digit run be part of a longer word next to this letter? */
static bool is_word(char letter)
{
	return is_digit(letter) || (letter >= 'a' && letter <= 'z') ||
	       (letter >= 'A' && letter <= 'Z') || letter == '.' ||
	       letter == '/' || letter == '-';
}

/* Reads the digits at @text. Return: how many, 0 if they are not @fd. */
static size_t matches(const char *text, int fd)
{
	size_t length = 0;
	int64_t value = 0;

	while (length < 10 && is_digit(text[length]))
		value = value * 10 + (text[length++] - '0');
	return length && value == fd && (*text != '0' || length == 1) ? length
								      : 0;
}

bool ni_passed_names(const char *text, int fd)
{
	for (const char *at = text; *at; at++) {
		size_t length = matches(at, fd);

		if (length && (at == text || !is_word(at[-1])) &&
		    !is_word(at[length]))
			return true;
		while (is_digit(*at) && is_digit(at[1]))
			at++;
	}
	return false;
}

/* ---- arguments ------------------------------------------------------------------ */

static bool names_path(const char *argument, const char *directory, int fd)
{
	const size_t size = strlen(directory);
	const char *at = argument;

	while ((at = strstr(at, directory)) != NULL) {
		at += size;
		size_t length = matches(at, fd);

		if (length && !is_digit(at[length]))
			return true;
	}
	return false;
}

/* name=N */
static bool names_value(const char *argument, int fd)
{
	for (const char *at = strchr(argument, '='); at;
	     at = strchr(at + 1, '=')) {
		size_t length = matches(at + 1, fd);

		if (at != argument && length && !is_word(at[1 + length]))
			return true;
	}
	return false;
}

static void look_at_arguments(char *const *argv, int fd,
			      struct ni_passed_because *because)
{
	for (size_t i = 0; argv && argv[i]; i++) {
		size_t length = matches(argv[i], fd);

		if (length && !argv[i][length] && i)
			because->is_bare_number = true;
		if (!names_value(argv[i], fd) &&
		    !names_path(argv[i], "/dev/fd/", fd) &&
		    !names_path(argv[i], "/proc/self/fd/", fd))
			continue;
		because->reason = NI_PASSED_ARGUMENT;
		because->text = argv[i];
		because->length = strlen(argv[i]);
		return;
	}
}

/* ---- environment ------------------------------------------------------------------ */

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

static int64_t number_of(const char *text)
{
	int64_t value = 0;

	if (!text || !is_digit(*text))
		return -1;
	for (size_t i = 0; i < 10 && is_digit(text[i]); i++)
		value = value * 10 + (text[i] - '0');
	return value;
}

/* systemd's protocol: 3 .. 3 + n - 1. */
static bool is_listen_fd(const struct ni_passing *passing, int fd)
{
	int64_t count = number_of(ni_environment_value(passing->environment,
						       "LISTEN_FDS"));
	int64_t pid = number_of(ni_environment_value(passing->environment,
						     "LISTEN_PID"));

	return fd >= 3 && fd < 3 + count && (pid < 0 || pid == passing->pid);
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

struct ni_passed_because ni_passed(const struct ni_passing *passing, int fd)
{
	struct ni_passed_because because = { NI_PASSED_NOT, "", 0, false };

	look_at_arguments(passing->argv, fd, &because);
	if (because.reason == NI_PASSED_NOT && is_listen_fd(passing, fd))
		because.reason = NI_PASSED_LISTEN_FDS;
	if (because.reason == NI_PASSED_NOT)
		look_at_environment(passing->environment, fd, &because);
	return because;
}
