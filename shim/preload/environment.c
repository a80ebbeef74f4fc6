#include "preload/environment.h"

#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>

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

/* One more number or range; one that does not fit is not begun. */
static void put_range(struct writer *writer, unsigned first, unsigned last,
		      bool is_first)
{
	struct writer before = *writer;

	if (!is_first)
		put(writer, ",", 1);
	put_number(writer, first);
	if (last > first) {
		put(writer, "-", 1);
		put_number(writer, last);
	}
	if (writer->is_full) {
		*writer = before;
		*writer->to = '\0';
		writer->is_full = true;
	}
}

static void write_adopt(char *to, size_t size,
			const struct ni_handover *handover, bool is_spawn,
			pid_t pid)
{
	struct writer writer = { to, to + size, false };
	unsigned fd = ni_handover_next(handover, 0);
	bool is_first = true;

	put(&writer, ADOPT "=p", sizeof(ADOPT "=p") - 1 - !is_spawn);
	put_number(&writer, (unsigned)pid);
	put(&writer, ":", 1);
	while (fd < handover->end) {
		unsigned last = fd;

		while (ni_handover_next(handover, last + 1) == last + 1 &&
		       last + 1 < handover->end)
			last++;
		put_range(&writer, fd, last, is_first);
		is_first = false;
		fd = ni_handover_next(handover, last + 1);
	}
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

/* The program's own LD_PRELOAD, with our entry behind what it lists. */
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

void ni_environment_complete(char **to, struct ni_environment_text *text,
			     char *const *envp,
			     const struct ni_handover *handover, bool is_spawn,
			     pid_t pid)
{
	size_t count = 0, own = ni_environment_count(envp);

	for (size_t i = 0; i < own; i++)
		if (!ni_variable_value(envp[i], ADOPT))
			to[count++] = envp[i];
	own = count;
	for (size_t i = 0; ni_carried_at(i); i++) {
		const char *carried = ni_carried_at(i);
		const char *entry = ni_variable_value(carried, "LD_PRELOAD");
		char **there = find_same_name(to, own, carried);

		if (!there)
			to[count++] = (char *)carried;
		else if (entry)
			*there = extended_preload(text, *there, entry);
	}
	write_adopt(text->adopt, sizeof(text->adopt), handover, is_spawn, pid);
	to[count++] = text->adopt;
	to[count] = NULL;
}

/* ---- reading: the text is anybody's ---- */

static bool read_number(const char **text, unsigned long *number)
{
	const char *start = *text;

	for (*number = 0; **text >= '0' && **text <= '9'; (*text)++)
		if (*number < 1UL << 32)
			*number = *number * 10 + (unsigned long)(**text - '0');
	return *text > start;
}

static bool is_for_us(const char **text)
{
	bool is_spawn = **text == 'p';
	unsigned long pid;
	long own;

	*text += is_spawn;
	if (!read_number(text, &pid) || *(*text)++ != ':')
		return false;
	own = ni_raw3(is_spawn ? SYS_getppid : SYS_getpid, 0, 0, 0);
	return own > 0 && pid == (unsigned long)own;
}

static void adopt(int fd)
{
	long flags = ni_raw3(SYS_fcntl, fd, F_GETFD, 0);

	/* The loader may have been given a flagged one of that number. */
	if (flags < 0 || (flags & FD_CLOEXEC))
		return;
	if (ni_raw3(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC) >= 0)
		ni_marks_set(fd, NI_MARK_OURS);
}

static void adopt_listed(const char *text)
{
	unsigned long first, last;

	while (read_number(&text, &first)) {
		last = first;
		if (*text == '-' && (text++, !read_number(&text, &last)))
			return;
		for (; first <= last && first < NI_MARKS_SIZE; first++)
			if (first >= 3)
				adopt((int)first);
		if (*text != ',')
			return;
		text++;
	}
}

void ni_environment_adopt(char **envp)
{
	char **to;

	for (; *envp && !ni_variable_value(*envp, ADOPT); envp++)
		;
	/* Nearly always there is none: then nothing is written. */
	for (to = envp; *envp; envp++) {
		const char *list = ni_variable_value(*envp, ADOPT);

		if (!list)
			*to++ = *envp;
		else if (ni_is_compat() && !getauxval(AT_SECURE) &&
			 is_for_us(&list))
			adopt_listed(list);
	}
	if (to != envp)
		*to = NULL;
}
