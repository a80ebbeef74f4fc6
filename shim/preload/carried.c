#include "preload/carried.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "common/next_symbol.h"

static const char names[NI_CARRIED_MAX][16] = {
	"LD_PRELOAD", "NOINHERIT_MODE", "NOINHERIT_SCOPE", "NOINHERIT_KEEP",
	"NOINHERIT_DEBUG",
};

static struct {
	const char *entries[NI_CARRIED_MAX];
	size_t count;
	size_t used;
	char text[8192];
} carried;

const char *ni_variable_value(const char *variable, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(variable, name, length) || variable[length] != '=')
		return NULL;
	return variable + length + 1;
}

/* Appends NAME=value; leaves everything as it was if there is no room. */
static void append(const char *name, const char *value, size_t value_length)
{
	size_t name_length = strlen(name);
	size_t size = name_length + 1 + value_length + 1;
	char *to = carried.text + carried.used;

	if (size > sizeof(carried.text) - carried.used ||
	    carried.count == NI_CARRIED_MAX)
		return;
	memcpy(to, name, name_length);
	to[name_length] = '=';
	memcpy(to + name_length + 1, value, value_length);
	to[size - 1] = '\0';
	carried.entries[carried.count++] = to;
	carried.used += size;
}

static const char *base_of(const char *path, size_t length)
{
	while (length && path[length - 1] != '/')
		length--;
	return path + length;
}

/* The entry by which the loader found us: the one with our file's name. */
static void append_own_entry(const char *name, const char *list)
{
	const char *own = ni_own_file(names);
	const char *own_base = base_of(own, strlen(own));
	size_t own_length = strlen(own_base);

	while (*list) {
		size_t length = strcspn(list, ": ");
		const char *base = base_of(list, length);

		if (own_length && (size_t)(list + length - base) == own_length &&
		    !memcmp(base, own_base, own_length)) {
			append(name, list, length);
			return;
		}
		list += length;
		list += *list != '\0';
	}
}

static void copy_variable(size_t index, const char *variable)
{
	const char *value = ni_variable_value(variable, names[index]);

	if (!value)
		return;
	if (index == 0)
		append_own_entry(names[index], value);
	else
		append(names[index], value, strlen(value));
}

void ni_carried_copy(void)
{
	if (carried.count || !__environ)
		return;
	/* Not environ: it is a weak name for this, and both would have to be
	 * looked up at every start. */
	for (char **variable = __environ; *variable; variable++) {
		/* All of them begin so: most variables end here. */
		if (**variable != 'L' && **variable != 'N')
			continue;
		for (size_t i = 0; i < NI_CARRIED_MAX; i++)
			copy_variable(i, *variable);
	}
}

const char *ni_carried_value(const char *name)
{
	for (size_t i = 0; i < carried.count; i++) {
		const char *value = ni_variable_value(carried.entries[i], name);

		if (value)
			return value;
	}
	return NULL;
}

const char *ni_carried_at(size_t index)
{
	return index < carried.count ? carried.entries[index] : NULL;
}
