/*
 * carried.c - keeps the shim's variables as they were at the start, in static
 * memory.
 */
#include "preload/carried.h"

#include <string.h>
#include <unistd.h>

#include "common/announced.h"
#include "common/base_name.h"
#include "common/same_program.h"
#include "preload/next.h"

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

/* For letters, of which paths mostly consist, the first comparison decides. */
static inline bool is_end(char c)
{
	return c <= ':' && (!c || c == ':' || c == ' ');
}

/* The entry at the list's start: its length, and where its name begins. */
static size_t length_of_entry(const char *entry, size_t *name)
{
	size_t length;

	*name = 0;
	for (length = 0; !is_end(entry[length]); length++)
		if (entry[length] == '/')
			*name = length + 1;
	return length;
}

/* Our entry is the one with the name by which the loader opened us. A relative
 * path with a slash leads elsewhere once the program has changed its directory,
 * possibly to a file that somebody else put there. */
static void copy_own_entry(const char *list)
{
	const char *own = ni_base_name(ni_next_own_file());
	const size_t own_length = strlen(own);

	while (*list) {
		size_t name, length = length_of_entry(list, &name);

		if (own_length && length - name == own_length &&
		    !memcmp(list + name, own, own_length)) {
			if (*list == '/' || !name)
				append(names[0], list, length);
			return;
		}
		list += length;
		list += *list != '\0';
	}
}

static void copy_setting(const char *variable)
{
	for (size_t i = 1; i < NI_CARRIED_MAX; i++) {
		const char *value = ni_variable_value(variable, names[i]);

		if (value)
			append(names[i], value, strlen(value));
	}
}

bool ni_carried_copy(void)
{
	if (carried.count || !__environ)
		return false;
	/* Not environ, which is a weak alias of this: both would have to be
	 * looked up at every start. */
	for (char **variable = __environ; *variable; variable++) {
		const char *list;

		if (**variable == 'N')
			copy_setting(*variable);
		else if ((list = ni_variable_value(*variable, names[0])))
			copy_own_entry(list);
	}
	return carried.count > 0;
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
