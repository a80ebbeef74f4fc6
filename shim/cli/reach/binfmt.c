/*
 * binfmt.c - reads the rules of binfmt_misc, each of which is a file there.
 */
#include "cli/reach/binfmt.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RULES "/proc/sys/fs/binfmt_misc"

/* What the kernel compares with (BINPRM_BUF_SIZE); its rules are printed on a
 * page. */
enum { HEAD_SIZE = 256, RULE_SIZE = 4096 };

/* What follows the word at the beginning of a line, or NULL. */
static const char *after(const char *rule, const char *word)
{
	const size_t length = strlen(word);

	while (rule && strncmp(rule, word, length)) {
		rule = strchr(rule, '\n');
		rule += rule != NULL;
	}
	return rule ? rule + length : NULL;
}

static int digit(char letter)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = letter ? strchr(digits, letter) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Takes the next two digits; false at the end of them. */
static bool take_byte(const char **hex, unsigned char *byte)
{
	int high = digit((*hex)[0]), low = high < 0 ? -1 : digit((*hex)[1]);

	if (low < 0)
		return false;
	*byte = (unsigned char)(high << 4 | low);
	*hex += 2;
	return true;
}

bool ni_binfmt_fits(const char *rule, const char *head, size_t size)
{
	const char *magic = after(rule, "magic "), *mask = after(rule, "mask ");
	const char *offset = after(rule, "offset ");
	size_t at = offset ? strtoul(offset, NULL, 10) : 0;
	unsigned char wanted, bits;

	if (strncmp(rule, "enabled\n", strlen("enabled\n")) || !magic)
		return false;
	for (; take_byte(&magic, &wanted); at++) {
		if (!mask || !take_byte(&mask, &bits))
			bits = 0xff;
		if (at >= size || (((unsigned char)head[at] ^ wanted) & bits))
			return false;
	}
	return true;
}

/* "" where it cannot be read. */
static void read_rule(int folder, const char *name, char text[RULE_SIZE])
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, RULE_SIZE - 1);

	text[size > 0 ? size : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static bool is_any_for(DIR *rules, const char *head, size_t size)
{
	char rule[RULE_SIZE];
	struct dirent *entry;

	read_rule(dirfd(rules), "status", rule);
	if (strcmp(rule, "enabled\n") != 0)
		return false;
	while ((entry = readdir(rules)) != NULL) {
		read_rule(dirfd(rules), entry->d_name, rule);
		if (ni_binfmt_fits(rule, head, size))
			return true;
	}
	return false;
}

bool ni_binfmt_takes(int fd)
{
	char head[HEAD_SIZE];
	ssize_t size = pread(fd, head, sizeof(head), 0);
	DIR *rules = size < 0 ? NULL : opendir(RULES);
	bool is_taken = rules && is_any_for(rules, head, (size_t)size);

	if (rules)
		closedir(rules);
	return is_taken;
}
