/*
 * settings.h - NOINHERIT_MODE, _SCOPE and _KEEP: the words and their parser.
 *
 * Pure: no state, no allocation, no output. The shim reads its environment with
 * it, and the command checks its options. The text is not trusted.
 */
#ifndef NI_COMMON_SETTINGS_H
#define NI_COMMON_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

enum ni_mode { NI_MODE_COMPAT, NI_MODE_STRICT, NI_MODE_OFF };

enum ni_scope {
	NI_SCOPE_SOCKET = 1,	/* socket, socketpair */
	NI_SCOPE_ACCEPT = 2,	/* accept, accept4 */
	NI_SCOPE_DUP = 4,	/* dup, fcntl(F_DUPFD, 0..2) */
	NI_SCOPE_RECEIVE = 8,	/* recvmsg, recvmmsg */
	NI_SCOPE_SOCKETS = 15,
};

enum ni_keep_kind {
	NI_KEEP_FD, NI_KEEP_FAMILY, NI_KEEP_TYPE,
	NI_KEEP_PROGRAM, NI_KEEP_ENV, NI_KEEP_ARGV,
};

/* One item of NOINHERIT_KEEP. @text points into the string that was parsed. */
struct ni_keep {
	enum ni_keep_kind kind;
	int first, last;	/* descriptor range; family or type in first */
	const char *text;	/* program, env, argv: not terminated */
	size_t length;
};

enum { NI_KEEP_MAX = 32 };

struct ni_settings {
	enum ni_mode mode;
	unsigned scope;		/* bits of enum ni_scope */
	unsigned keep_count;
	struct ni_keep keep[NI_KEEP_MAX];
};

enum ni_setting { NI_SETTING_MODE, NI_SETTING_SCOPE, NI_SETTING_KEEP };

/* Where and why a value could not be read. */
struct ni_settings_error {
	size_t offset, length;	/* the word, in bytes from the start */
	const char *why;	/* static text, e.g. "unknown mode" */
};

/**
 * ni_settings_default - what holds if nothing is set
 */
void ni_settings_default(struct ni_settings *settings);

/**
 * ni_settings_parse - read one setting's value
 * @settings: changed in that setting only, and on success only
 * @setting: which one
 * @value: NUL-terminated; must outlive @settings, which points into it
 * @error: filled in on failure only; may be NULL
 *
 * Return: 0, or -EINVAL.
 */
int ni_settings_parse(struct ni_settings *settings, enum ni_setting setting,
		      const char *value, struct ni_settings_error *error);

/* The variable's name: "NOINHERIT_MODE" ... */
const char *ni_setting_variable(enum ni_setting setting);

/* The words that a setting knows, for help and suggestions: NULL past the end.
 * Those of NOINHERIT_KEEP end in '='. */
const char *ni_setting_word(enum ni_setting setting, size_t index);

#pragma GCC visibility pop

#endif
