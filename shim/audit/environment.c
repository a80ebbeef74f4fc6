/*
 * environment.c - copies of the variables that matter, and environments built
 * on the caller's stack.
 */
#include "audit/environment.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "audit/hash.h"
#include "audit/words.h"
#include "common/raw.h"
#include "common/trace.h"

enum { OWN_MAX = 4096, SEEN_COUNT = 1024, ROOM_MAX = 65536 };

static const char preload[] = "LD_PRELOAD=";
static const char library[] = "libnoinherit-audit.so";

/* "NAME=value", as new images get them. */
static char directory_variable[OWN_MAX];
static char options_variable[OWN_MAX];	/* empty: not set */
static char preload_variable[OWN_MAX];	/* our own entry only */

/* Hashes of the variables at start; 0 is free. If there was no room for one,
 * nothing that would be in its place counts as new. */
static uint32_t seen[SEEN_COUNT];

/* ---- reading ------------------------------------------------------------- */

static const char *value_of(const char *variable, const char *name, size_t size)
{
	return !strncmp(variable, name, size) && variable[size] == '=' ?
	       variable + size + 1 : NULL;
}

const char *ni_environment_value(char *const *environment, const char *name)
{
	const size_t size = strlen(name);

	for (; environment && *environment; environment++) {
		const char *value = value_of(*environment, name, size);

		if (value)
			return value;
	}
	return NULL;
}

/* The next entry of LD_PRELOAD at *list. Return: its length, 0 at the end. */
static size_t next_entry(const char **list)
{
	*list += strspn(*list, ": ");
	return strcspn(*list, ": ");
}

static bool is_own_library(const char *entry, size_t length)
{
	const size_t size = sizeof(library) - 1;

	return length >= size && !memcmp(entry + length - size, library, size) &&
	       (length == size || entry[length - size - 1] == '/');
}

static const char *own_entry(const char *list, size_t *length)
{
	while (list && (*length = next_entry(&list)) != 0) {
		if (is_own_library(list, *length))
			return list;
		list += *length;
	}
	return NULL;
}

/* ---- at start ------------------------------------------------------------ */

static uint32_t hash_of(const char *variable)
{
	uint32_t hash = ni_hash_end(ni_hash_bytes(NI_HASH_START, variable,
						  strlen(variable)));

	return hash ? hash : 1;
}

static uint32_t *seen_entry(uint32_t hash)
{
	for (uint32_t probe = 0; probe < 8; probe++) {
		uint32_t *entry = &seen[(hash + probe) % SEEN_COUNT];

		if (!*entry || *entry == hash)
			return entry;
	}
	return NULL;
}

static void keep(char *variable, const char *name, const char *value,
		 size_t length)
{
	struct ni_words text = { variable, OWN_MAX, 0 };

	ni_words_string(&text, name);
	ni_words_string(&text, "=");
	ni_words_bytes(&text, value, length);
	if (!ni_words_end(&text))
		*variable = '\0';
}

const char *ni_environment_start(char *const *environment,
				 const char *own_file)
{
	const char *directory = ni_environment_value(environment,
						     NI_TRACE_ENV_DIRECTORY);
	const char *options = ni_environment_value(environment,
						   NI_TRACE_ENV_OPTIONS);
	size_t length = 0;
	const char *entry;

	if (!directory || *directory != '/')
		return NULL;
	for (char *const *at = environment; *at; at++) {
		uint32_t hash = hash_of(*at), *free = seen_entry(hash);

		if (free)
			*free = hash;
	}
	keep(directory_variable, NI_TRACE_ENV_DIRECTORY, directory,
	     strlen(directory));
	if (options)
		keep(options_variable, NI_TRACE_ENV_OPTIONS, options,
		     strlen(options));
	entry = own_entry(ni_environment_value(environment, "LD_PRELOAD"),
			  &length);
	if (!entry) {
		entry = own_file;
		length = strlen(own_file);
	}
	keep(preload_variable, "LD_PRELOAD", entry, length);
	return *directory_variable && *preload_variable ?
	       directory_variable + sizeof(NI_TRACE_ENV_DIRECTORY) : NULL;
}

/* ---- at exec ------------------------------------------------------------- */

struct needs { bool directory, options, preload; const char *old_preload; };

static struct needs needs_of(char *const *environment)
{
	const char *list = ni_environment_value(environment, "LD_PRELOAD");
	size_t length;

	return (struct needs){
		.directory = !ni_environment_value(environment,
						   NI_TRACE_ENV_DIRECTORY),
		.options = *options_variable &&
			   !ni_environment_value(environment,
						 NI_TRACE_ENV_OPTIONS),
		.preload = !own_entry(list, &length),
		.old_preload = list,
	};
}

static size_t count(char *const *environment)
{
	size_t variables = 0;

	while (environment && environment[variables])
		variables++;
	return variables;
}

size_t ni_environment_room(char *const *environment, bool *is_complete)
{
	struct needs needs = needs_of(environment);
	size_t room = (count(environment) + 4) * sizeof(char *);

	*is_complete = !needs.directory && !needs.options && !needs.preload;
	if (*is_complete)
		return 0;
	if (needs.preload)
		room += strlen(preload_variable) + 2 +
			(needs.old_preload ? strlen(needs.old_preload) : 0);
	return room <= ROOM_MAX ? room : 0;
}

/* Ours first, then what the program wants preloaded. */
static char *join_preload(const struct needs *needs, char *memory, size_t size)
{
	struct ni_words text = { memory, size, 0 };

	ni_words_string(&text, preload_variable);
	if (needs->old_preload && *needs->old_preload) {
		ni_words_string(&text, ":");
		ni_words_string(&text, needs->old_preload);
	}
	ni_words_end(&text);
	return memory;
}

char *const *ni_environment_completed(char *const *environment, void *memory)
{
	struct needs needs = needs_of(environment);
	const size_t variables = count(environment);
	char **complete = memory, **to = complete;
	char *rest = (char *)(complete + variables + 4);

	for (size_t i = 0; i < variables; i++)
		if (!needs.preload || strncmp(environment[i], preload,
					      sizeof(preload) - 1))
			*to++ = environment[i];
	if (needs.preload)
		*to++ = join_preload(&needs, rest, strlen(preload_variable) + 2 +
				     (needs.old_preload ?
				      strlen(needs.old_preload) : 0));
	if (needs.directory)
		*to++ = directory_variable;
	if (needs.options)
		*to++ = options_variable;
	*to = NULL;
	return complete;
}

bool ni_environment_is_library_there(void)
{
	const char *path = preload_variable + sizeof(preload) - 1;

	return ni_raw6(SYS_faccessat, AT_FDCWD, (long)path, F_OK, 0, 0, 0) == 0;
}

size_t ni_environment_room_without(char *const *environment)
{
	size_t room = (count(environment) + 1) * sizeof(char *);

	if (!ni_environment_value(environment, NI_TRACE_ENV_DIRECTORY))
		return 0;
	return room <= ROOM_MAX ? room : 0;
}

char *const *ni_environment_without(char *const *environment, void *memory)
{
	const size_t size = sizeof(NI_TRACE_ENV_DIRECTORY) - 1;
	char **to = memory;

	for (; *environment; environment++)
		if (!value_of(*environment, NI_TRACE_ENV_DIRECTORY, size))
			*to++ = *environment;
	*to = NULL;
	return memory;
}

bool ni_environment_is_new(const char *variable)
{
	uint32_t hash = hash_of(variable), *entry = seen_entry(hash);

	return entry && *entry != hash;
}
