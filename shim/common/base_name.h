/*
 * base_name.h - the last part of a path. (basename(3) has two meanings, and one
 * of them writes into its argument.)
 */
#ifndef NI_CLI_BASE_NAME_H
#define NI_CLI_BASE_NAME_H

#include <string.h>

static inline const char *ni_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

#endif
