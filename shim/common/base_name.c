/*
 * base_name.c - the last part of a path.
 */
#include "common/base_name.h"

#include <string.h>

const char *ni_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
