/*
 * proc_text.c - the small texts of /proc/PID that a scan needs.
 */
#include "cli/scan/proc_text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

/* Digits only, and what follows them; -EINVAL for no or too many digits. */
static int read_number(const char *text, int base, uint64_t *value,
		       const char **end)
{
	unsigned long long result;
	char *behind;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	result = strtoull(text, &behind, base);
	if (errno)
		return -EINVAL;
	*value = result;
	*end = behind;
	return 0;
}

int ni_proc_socket_inode(const char *link, uint64_t *inode)
{
	static const char start[] = "socket:[";
	const char *end;
	uint64_t value;

	if (strncmp(link, start, sizeof(start) - 1) ||
	    read_number(link + sizeof(start) - 1, 10, &value, &end) < 0 ||
	    strcmp(end, "]"))
		return -EINVAL;
	*inode = value;
	return 0;
}

int ni_proc_open_flags(const char *text, unsigned *flags)
{
	static const char name[] = "\nflags:";
	const char *line = strstr(text, name), *end;
	uint64_t value;

	if (!line)
		return -EINVAL;
	line += sizeof(name) - 1;
	line += strspn(line, " \t");
	if (read_number(line, 8, &value, &end) < 0 || *end != '\n' ||
	    value > UINT_MAX)
		return -EINVAL;
	*flags = (unsigned)value;
	return 0;
}

/* The effective user is the second of the line's four numbers. */
int ni_proc_user(const char *text, uid_t *user)
{
	static const char name[] = "\nUid:\t";
	const char *line = strstr(text, name), *end;
	uint64_t value;

	if (!line ||
	    read_number(line + sizeof(name) - 1, 10, &value, &end) < 0 ||
	    *end != '\t' || read_number(end + 1, 10, &value, &end) < 0 ||
	    *end != '\t' || value > UINT32_MAX)
		return -EINVAL;
	*user = (uid_t)value;
	return 0;
}

/* A hexadecimal number and the character after it, which is skipped. */
static int read_hex_until(const char **text, char mark, uint64_t *value)
{
	char *end;

	if (!isxdigit((unsigned char)**text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(*text, &end, 16);
	if (errno || *end != mark)
		return -EINVAL;
	*text = end + 1;
	return 0;
}

/* "55d0-55e1 r-xp 00000000 08:01 4242    /usr/bin/x" */
int ni_proc_mapping(const char *line, struct ni_mapping *mapping)
{
	uint64_t start, end, offset, major, minor, inode;
	const char *rights;
	size_t length;

	if (read_hex_until(&line, '-', &start) < 0 ||
	    read_hex_until(&line, ' ', &end) < 0)
		return -EINVAL;
	rights = line;
	if (strcspn(line, " ") != 4 || line[4] != ' ')
		return -EINVAL;
	line += 5;
	if (read_hex_until(&line, ' ', &offset) < 0 ||
	    read_hex_until(&line, ':', &major) < 0 ||
	    read_hex_until(&line, ' ', &minor) < 0 ||
	    read_number(line, 10, &inode, &line) < 0)
		return -EINVAL;
	line += strspn(line, " ");
	length = strcspn(line, "\n");
	if (length >= sizeof(mapping->path))
		return -EINVAL;
	mapping->start = start;
	mapping->end = end;
	mapping->is_executable = rights[2] == 'x';
	mapping->device = makedev((unsigned)major, (unsigned)minor);
	mapping->inode = (ino_t)inode;
	memcpy(mapping->path, line, length);
	mapping->path[length] = '\0';
	return 0;
}

int ni_proc_stat(const char *text, pid_t *parent, uint64_t *start)
{
	/* The program's name may hold anything, but nothing after it holds a
	 * bracket. Then: state, ppid, and the start is the 20th word. */
	const char *word = strrchr(text, ')'), *end;
	uint64_t ppid = 0, ticks = 0;

	for (int i = 1; word && i <= 20; i++) {
		word = strchr(word, ' ');
		if (!word)
			break;
		word++;
		if ((i == 2 && read_number(word, 10, &ppid, &end) < 0) ||
		    (i == 20 && read_number(word, 10, &ticks, &end) < 0))
			return -EINVAL;
	}
	if (!word || ppid > INT_MAX)
		return -EINVAL;
	*parent = (pid_t)ppid;
	*start = ticks;
	return 0;
}

pid_t ni_proc_pid(const char *name)
{
	const char *end;
	uint64_t value;

	if (read_number(name, 10, &value, &end) < 0 || *end || value > INT_MAX)
		return 0;
	return (pid_t)value;
}

/* The value of NAME= in the environment, or NULL; it ends with a NUL. */
static const char *variable(const char *environment, size_t size,
			    const char *name)
{
	size_t length = strlen(name);
	const char *end = environment + size, *nul;

	for (; environment < end; environment = nul + 1) {
		nul = memchr(environment, '\0', (size_t)(end - environment));
		if (!nul)
			break;
		if (!strncmp(environment, name, length))
			return environment + length;
	}
	return NULL;
}

bool ni_proc_is_listen_fd(const char *environment, size_t size, pid_t pid,
			  int fd)
{
	const char *for_pid = variable(environment, size, "LISTEN_PID=");
	const char *count = variable(environment, size, "LISTEN_FDS=");
	const char *end;
	uint64_t fds;

	if (!count || read_number(count, 10, &fds, &end) < 0 || *end)
		return false;
	if (for_pid && ni_proc_pid(for_pid) != pid)
		return false;
	return fd >= 3 && (uint64_t)fd < fds + 3;
}
