/*
 * environment.c - NOINHERIT_ADOPT: written for a new image, read and taken
 * away at its start.
 */
#include "preload/environment.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/announced.h"
#include "common/raw.h"
#include "preload/marks.h"
#include "preload/policy.h"

#define ADOPT "NOINHERIT_ADOPT"

/* ---- writing ---- */

struct writer {
	char *to, *end;
	bool is_full;
};

static void put(struct writer *writer, const char *text, size_t length)
{
	if (writer->is_full || length >= (size_t)(writer->end - writer->to)) {
		writer->is_full = true;
		return;
	}
	memcpy(writer->to, text, length);
	writer->to += length;
	*writer->to = '\0';
}

static void put_number(struct writer *writer, unsigned number)
{
	char digits[10];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	put(writer, digits + i, sizeof(digits) - i);
}

/* Writes one more range; a range that does not fit is left out as a whole. */
static void put_range(struct ni_environment_text *text)
{
	struct writer writer = { text->adopt + text->length,
				 text->adopt + sizeof(text->adopt), false };

	if (text->adopt[text->length - 1] != ':')
		put(&writer, ",", 1);
	put_number(&writer, text->first);
	if (text->last > text->first) {
		put(&writer, "-", 1);
		put_number(&writer, text->last);
	}
	if (writer.is_full)
		text->adopt[text->length] = '\0';
	else
		text->length = (unsigned)(writer.to - text->adopt);
}

void ni_environment_begin(struct ni_environment_text *text, bool is_spawn,
			  pid_t pid)
{
	struct writer writer = { text->adopt,
				 text->adopt + sizeof(text->adopt), false };

	put(&writer, ADOPT "=p", sizeof(ADOPT "=p") - 1 - !is_spawn);
	put_number(&writer, (unsigned)pid);
	put(&writer, ":", 1);
	text->length = (unsigned)(writer.to - text->adopt);
	text->first = text->last = 0;
}

void ni_environment_add(struct ni_environment_text *text, unsigned fd)
{
	if (text->first && text->last + 1 == fd) {
		text->last = fd;
		return;
	}
	if (text->first)
		put_range(text);
	text->first = text->last = fd;
}

static bool is_in_list(const char *list, const char *entry)
{
	size_t wanted = strlen(entry);

	while (*list) {
		size_t length = strcspn(list, ": ");

		if (length == wanted && !memcmp(list, entry, wanted))
			return true;
		list += length;
		list += *list != '\0';
	}
	return false;
}

/* The program's own LD_PRELOAD, with our entry after what it lists. */
static char *extended_preload(struct ni_environment_text *text, char *variable,
			      const char *entry)
{
	struct writer writer = { text->preload,
				 text->preload + sizeof(text->preload), false };
	const char *list = ni_variable_value(variable, "LD_PRELOAD");

	if (is_in_list(list, entry))
		return variable;
	put(&writer, variable, strlen(variable));
	if (*list)
		put(&writer, ":", 1);
	put(&writer, entry, strlen(entry));
	return writer.is_full ? variable : text->preload;
}

static size_t name_length(const char *variable)
{
	return strcspn(variable, "=");
}

static char **find_same_name(char **environment, size_t count,
			     const char *variable)
{
	size_t length = name_length(variable) + 1;

	for (size_t i = 0; i < count; i++)
		if (!strncmp(environment[i], variable, length))
			return &environment[i];
	return NULL;
}

size_t ni_environment_count(char *const *envp)
{
	size_t count = 0;

	while (envp && envp[count])
		count++;
	return count;
}

static size_t copy_variables(char **to, char *const *envp, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; envp && i < most; i++) {
		char *variable = envp[i];

		if (!variable)
			break;
		if (!ni_variable_value(variable, ADOPT))
			to[count++] = variable;
	}
	return count;
}

void ni_environment_complete(char **to, struct ni_environment_text *text,
			     char *const *envp, size_t count)
{
	size_t own = copy_variables(to, envp, count);

	count = own;
	for (size_t i = 0; ni_carried_at(i); i++) {
		const char *carried = ni_carried_at(i);
		const char *entry = ni_variable_value(carried, "LD_PRELOAD");
		char **there = find_same_name(to, own, carried);

		if (!there)
			to[count++] = (char *)carried;
		else if (entry)
			*there = extended_preload(text, *there, entry);
	}
	if (text->first)
		put_range(text);
	text->first = 0;
	to[count++] = text->adopt;
	to[count] = NULL;
}

void ni_environment_switch_off(char **to, char *const *envp, size_t count)
{
	static char off[] = "NOINHERIT_MODE=off";
	char **there;

	count = copy_variables(to, envp, count);
	there = find_same_name(to, count, off);
	if (there)
		*there = off;
	else
		to[count++] = off;
	to[count] = NULL;
}

void ni_environment_switch_off_own(void)
{
	static char *own[NI_ENVIRONMENT_MAX + 2];
	size_t count = ni_environment_count(__environ);

	if (count >= NI_ENVIRONMENT_MAX)
		return;
	/* This may be the second call, which changes the array in place. */
	ni_environment_switch_off(own, __environ, count);
	__environ = own;
}

/* The size of the strings and of the pointers to them. */
static size_t size_of(char *const *list)
{
	size_t size = 0;

	for (; list && *list; list++)
		size += strlen(*list) + 1 + sizeof(*list);
	return size;
}

bool ni_environment_fits(char *const *argv, char *const *envp)
{
	/* A quarter of the stack, 128 KiB at least, 6 MiB at most. */
	const size_t least = 128 << 10, most = 6 << 20;
	/* What else the kernel puts there, and our own strings. */
	size_t more = 2048 + sizeof(struct ni_environment_text);
	struct rlimit limit;
	size_t room;

	if (ni_raw6(SYS_prlimit64, 0, RLIMIT_STACK, 0, (long)&limit, 0, 0) < 0)
		return false;
	room = limit.rlim_cur / 4 > most ? most : limit.rlim_cur / 4;
	if (room < least)
		room = least;
	for (size_t i = 0; ni_carried_at(i); i++)
		more += strlen(ni_carried_at(i)) + 1 + sizeof(char *);
	return size_of(argv) + size_of(envp) + more < room;
}

/* ---- reading: the text may come from anybody ---- */

static bool read_number(const char **text, long *number)
{
	size_t digits = ni_number_read(*text, number);

	*text += digits;
	return digits > 0;
}

static bool is_for_us(const char **text)
{
	bool is_spawn = **text == 'p';
	long pid;

	*text += is_spawn;
	if (!read_number(text, &pid) || *(*text)++ != ':')
		return false;
	return pid == ni_raw3(is_spawn ? SYS_getppid : SYS_getpid, 0, 0, 0);
}

static void adopt(int fd)
{
	long flags = ni_raw3(SYS_fcntl, fd, F_GETFD, 0);

	/* With the flag on, it may be one that the loader has just opened. */
	if (flags < 0 || (flags & FD_CLOEXEC))
		return;
	if (ni_raw3(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC) >= 0)
		ni_marks_set(fd, NI_MARK_OURS);
}

/* We write the ranges in order: a list in which a range begins before the end
 * of the previous one is not ours. So no number is adopted twice, however long
 * the text is. */
static void adopt_listed(const char *text)
{
	long next = 3, first, last;

	while (read_number(&text, &first)) {
		last = first;
		if (*text == '-' && (text++, !read_number(&text, &last)))
			return;
		if (first < next)
			return;
		for (; first <= last && first < NI_MARKS_SIZE; first++)
			adopt((int)first);
		next = last < NI_MARKS_SIZE ? last + 1 : NI_MARKS_SIZE;
		if (*text != ',')
			return;
		text++;
	}
}

void ni_environment_adopt(char **envp)
{
	bool is_first = true;
	char **to;

	for (; *envp && !ni_variable_value(*envp, ADOPT); envp++)
		;
	if (!*envp || ni_program_is_launcher())
		return;
	/* There is nearly always none, and then nothing is written. */
	for (to = envp; *envp; envp++) {
		const char *list = ni_variable_value(*envp, ADOPT);

		if (!list) {
			*to++ = *envp;
			continue;
		}
		if (is_first && ni_is_compat() && !ni_program_is_set_id() &&
		    is_for_us(&list))
			adopt_listed(list);
		is_first = false;
	}
	if (to != envp)
		*to = NULL;
}
