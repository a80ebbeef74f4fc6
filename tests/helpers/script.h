/*
 * script.h - a small language of calls, for programs that are told what to do.
 *
 * A line is a call: `out out = name argument ... key:argument ...`, where the
 * equals sign is there even without outputs. An argument is a decimal number, a
 * text in hexadecimal after a double quote, NULL, or the name of a variable.
 * Outputs name variables. Mistakes in a script end the program: they are the
 * author's. Nothing is freed: the program is short.
 */
#ifndef TESTS_SCRIPT_H
#define TESTS_SCRIPT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noinherit.h"

enum {
	WORDS_MAX = 24, OUTPUTS_MAX = 4, VARIABLES_MAX = 64, LINES_MAX = 4096,
	LIST_MAX = 300,
};

enum kind { UNSET, NUMBER, SOCKET, BYTES, LIST };

struct variable {
	const char *name;
	enum kind kind;
	long long number;
	struct noinherit_socket socket;
	unsigned char *bytes;
	size_t size;
	int list[LIST_MAX];
};

struct statement {
	const char *outputs[OUTPUTS_MAX], *name;
	char *words[WORDS_MAX];
	size_t outputs_count, words_count;
};

/* What the name of a call stands for. */
struct command {
	const char *name;
	long long (*run)(const struct statement *st);
	/* A negative result is a valid result, not a mistake. */
	bool is_value;
};

static struct variable variables[VARIABLES_MAX];
static size_t variables_count;

static inline void script_die(const char *what, const char *where)
{
	printf("complaint script: %s: %s\n", what, where);
	fflush(stdout);
	_Exit(125);
}

static inline void complain(const char *what)
{
	printf("complaint %s\n", what);
}

static inline struct variable *variable_named(const char *name)
{
	for (size_t i = 0; i < variables_count; i++)
		if (!strcmp(variables[i].name, name))
			return &variables[i];
	if (variables_count == VARIABLES_MAX)
		script_die("too many variables", name);
	variables[variables_count].name = name;
	return &variables[variables_count++];
}

static inline struct statement script_parse(char *line)
{
	struct statement st = { .name = NULL };
	char *rest, *word = strtok_r(line, " ", &rest);

	for (; word && strcmp(word, "="); word = strtok_r(NULL, " ", &rest))
		if (st.outputs_count < OUTPUTS_MAX)
			st.outputs[st.outputs_count++] = word;
	word = strtok_r(NULL, " ", &rest);
	if (!word)
		script_die("no call", line);
	st.name = word;
	while ((word = strtok_r(NULL, " ", &rest))) {
		if (st.words_count == WORDS_MAX)
			script_die("too many arguments", st.name);
		st.words[st.words_count++] = word;
	}
	return st;
}

/* ---- arguments ----------------------------------------------------------- */

static inline char *word_at(const struct statement *st, size_t index)
{
	if (index >= st->words_count)
		script_die("argument missing", st->name);
	return st->words[index];
}

/* The argument after `key:`, or NULL. */
static inline char *keyword(const struct statement *st, const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i < st->words_count; i++)
		if (!strncmp(st->words[i], key, length) &&
		    st->words[i][length] == ':')
			return st->words[i] + length + 1;
	return NULL;
}

static inline struct noinherit_socket *to_socket(const char *word)
{
	struct variable *variable = variable_named(word);

	if (variable->kind != SOCKET)
		script_die("no socket", word);
	return &variable->socket;
}

/* A socket counts as its descriptor. */
static inline long long to_number(const char *word)
{
	char *end;
	long long number = strtoll(word, &end, 10);
	struct variable *variable;

	if (*word && !*end)
		return number;
	variable = variable_named(word);
	if (variable->kind == SOCKET)
		return variable->socket.fd;
	if (variable->kind != NUMBER)
		script_die("no number", word);
	return variable->number;
}

static inline unsigned char *from_hex(const char *hex, size_t *size)
{
	unsigned char *bytes = calloc(1, strlen(hex) / 2 + 1);

	*size = strlen(hex) / 2;
	for (size_t i = 0; bytes && i < *size; i++) {
		unsigned value;

		sscanf(hex + 2 * i, "%2x", &value);
		bytes[i] = (unsigned char)value;
	}
	return bytes;
}

/* The string of a literal or of a variable; a number in decimal; or NULL. */
static inline char *to_text(const char *word, size_t *size)
{
	size_t unused = 0;
	char *decimal;

	size = size ? size : &unused;
	*size = 0;
	if (!strcmp(word, "NULL"))
		return NULL;
	if (*word == '"')
		return (char *)from_hex(word + 1, size);
	if (variable_named(word)->kind == BYTES) {
		*size = variable_named(word)->size;
		return (char *)variable_named(word)->bytes;
	}
	decimal = malloc(24);
	if (decimal)
		*size = (size_t)snprintf(decimal, 24, "%lld", to_number(word));
	return decimal;
}

#define NUMBER_AT(st, index) ((int)to_number(word_at(st, index)))
#define SOCKET_AT(st, index) to_socket(word_at(st, index))
#define TEXT_AT(st, index, size) to_text(word_at(st, index), size)

/* ---- outputs ------------------------------------------------------------- */

static inline struct variable *output(const struct statement *st, size_t index,
				      enum kind kind)
{
	static struct variable nobody;
	struct variable *variable = &nobody;

	if (index < st->outputs_count)
		variable = variable_named(st->outputs[index]);
	variable->kind = kind;
	return variable;
}

static inline void put_number(const struct statement *st, size_t index,
			      long long number)
{
	output(st, index, NUMBER)->number = number;
}

static inline void put_bytes(const struct statement *st, size_t index,
			     const void *bytes, size_t size)
{
	struct variable *variable = output(st, index, BYTES);

	variable->bytes = calloc(1, size + 1);
	variable->size = size;
	if (variable->bytes && size)
		memcpy(variable->bytes, bytes, size);
}

static inline void put_list(const struct statement *st, size_t index,
			    const int *numbers, size_t count)
{
	struct variable *variable = output(st, index, LIST);

	if (count > LIST_MAX)
		script_die("list too long", st->name);
	variable->size = count;
	if (count)
		memcpy(variable->list, numbers, count * sizeof(*numbers));
}

#endif
