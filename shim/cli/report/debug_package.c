/*
 * debug_package.c - which package has the names of a file's functions.
 *
 * dpkg lists the files of each installed package in a file of its own; Debian
 * puts the symbols of PACKAGE into PACKAGE-dbgsym.
 */
#include "cli/report/debug_package.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/report/text_file.h"

#define LISTS "/var/lib/dpkg/info"

/* Is the path a whole line of the list? /usr/lib may be listed as /lib, where
 * that is a link. */
static bool lists_path(const char *text, const char *path)
{
	size_t length = strlen(path);

	for (const char *at = text; (at = strstr(at, path)); at += length)
		if ((at == text || at[-1] == '\n') && at[length] == '\n')
			return true;
	return false;
}

static bool lists_module(const char *text, const struct ni_module *module)
{
	if (!*module->path)
		return false;
	return lists_path(text, module->path) ||
	       (!strncmp(module->path, "/usr/", 5) &&
		lists_path(text, module->path + 4));
}

/* "libc6" from "libc6:amd64.list". */
static const char *package_name(struct ni_arena *arena, const char *file)
{
	int length = (int)strcspn(file, ":");

	if (!file[length])
		length = (int)(strlen(file) - strlen(".list"));
	if (length == 5 && !strncmp(file, "libc6", 5))
		return "libc6-dbg";
	return ni_arena_format(arena, "%.*s-dbgsym", length, file);
}

static void read_list(struct ni_arena *arena, const char *file,
		      const struct ni_module *const *modules,
		      const char **packages, size_t count)
{
	struct ni_arena own = { NULL };
	const char *why, *text;
	char path[512];
	size_t size;

	if (snprintf(path, sizeof(path), "%s/%s", LISTS, file) >=
	    (int)sizeof(path))
		return;
	text = ni_text_file_read(&own, path, &size, &why);
	for (size_t i = 0; text && i < count; i++)
		if (!packages[i] && lists_module(text, modules[i]))
			packages[i] = package_name(arena, file);
	ni_arena_free(&own);
}

static bool is_list(const char *name)
{
	size_t length = strlen(name);

	return length > 5 && !strcmp(name + length - 5, ".list");
}

void ni_debug_packages(struct ni_arena *arena,
		       const struct ni_module *const *modules,
		       const char **packages, size_t count)
{
	DIR *directory = count ? opendir(LISTS) : NULL;
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (is_list(entry->d_name))
			read_list(arena, entry->d_name, modules, packages,
				  count);
	if (directory)
		closedir(directory);
}
