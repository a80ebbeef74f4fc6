/*
 * policy.c - the settings in force, and the one word that hot calls look at.
 */
#include "preload/policy.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/announced.h"
#include "common/raw.h"
#include "preload/carried.h"
#include "preload/collision.h"
#include "preload/filter.h"
#include "preload/inherited.h"
#include "preload/marks.h"
#include "preload/next.h"
#include "preload/program.h"

struct ni_policy ni_policy;
struct ni_fast ni_fast;

/* Rule 13: programs for which a call's result is part of their interface. */
static const struct {
	char name[8];
	unsigned char untouched;	/* bits of enum ni_scope */
} programs[] = {
	/* exec 3<>/dev/tcp/host/port: the script chooses the number, and bash
	 * makes no dup2 if socket() happens to return it. */
	{ "bash", NI_SCOPE_SOCKET },
	/* The names of bash as the system's shell, and restricted. Other
	 * programs with these names make no sockets. */
	{ "sh", NI_SCOPE_SOCKET },
	{ "rbash", NI_SCOPE_SOCKET },
	{ "yash", NI_SCOPE_SOCKET },	/* as bash */
	/* ztcp and zsocket: -d N, or the number that they give in REPLY. */
	{ "zsh", NI_SCOPE_SOCKET | NI_SCOPE_ACCEPT },
};

static void complain(enum ni_setting setting,
		     const struct ni_settings_error *error, const char *value)
{
	const char *variable = ni_setting_variable(setting);
	const char *parts[] = { "noinherit: ", variable, ": ", error->why,
				": '", NULL, "': the default is used\n" };
	char line[256];
	size_t length = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *part = parts[i] ? parts[i] : value + error->offset;
		size_t size = parts[i] ? strlen(part) : error->length;

		if (size > sizeof(line) - length)
			size = sizeof(line) - length;
		memcpy(line + length, part, size);
		length += size;
	}
	line[sizeof(line) - 1] = '\n';
	ni_raw3(SYS_write, STDERR_FILENO, (long)line, (long)length);
}

static void read_setting(struct ni_settings *settings, enum ni_setting setting,
			 bool may_complain)
{
	const char *value = ni_carried_value(ni_setting_variable(setting));
	const char *debug = ni_carried_value("NOINHERIT_DEBUG");
	struct ni_settings_error error;

	if (!value || !ni_settings_parse(settings, setting, value, &error))
		return;
	if (may_complain && debug && !strcmp(debug, "1"))
		complain(setting, &error, value);
}

/* Remembers which variables that may name descriptors are in the environment
 * now. */
static void note_inherited(const struct ni_settings *settings)
{
	const struct ni_keep *end = settings->keep + settings->keep_count;
	const uint32_t letters = ni_announced_letters();

	for (char **at = __environ; at && *at; at++) {
		if ((letters & ni_letter_bit(**at)) &&
		    ni_announced_is_variable(*at))
			ni_inherited_note(*at);
		for (const struct ni_keep *keep = settings->keep; keep < end;
		     keep++)
			if (keep->kind == NI_KEEP_ENV &&
			    !strncmp(*at, keep->text, keep->length) &&
			    (*at)[keep->length] == '=')
				ni_inherited_note(*at);
	}
}

static bool is_kept_program(const struct ni_settings *settings)
{
	for (unsigned i = 0; i < settings->keep_count; i++)
		if (settings->keep[i].kind == NI_KEEP_PROGRAM &&
		    ni_program_is_called(settings->keep[i].text,
					 settings->keep[i].length))
			return true;
	return false;
}

static bool has_keep(const struct ni_settings *settings, enum ni_keep_kind from,
		     enum ni_keep_kind to)
{
	for (unsigned i = 0; i < settings->keep_count; i++)
		if (settings->keep[i].kind >= from &&
		    settings->keep[i].kind <= to)
			return true;
	return false;
}

/* Rule 13. */
static void leave_untouched(struct ni_settings *settings)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (ni_program_is_called(programs[i].name,
					 strlen(programs[i].name)))
			settings->scope &= ~(unsigned)programs[i].untouched;
}

void ni_policy_read(void)
{
	struct ni_settings *settings = &ni_policy.settings;

	ni_settings_default(settings);
	ni_program_start(NULL);
	if (!ni_program_is_set_id()) {
		bool is_first = ni_carried_copy();

		read_setting(settings, NI_SETTING_MODE, is_first);
		read_setting(settings, NI_SETTING_SCOPE, is_first);
		read_setting(settings, NI_SETTING_KEEP, is_first);
		if (!ni_policy.is_read)
			note_inherited(settings);
	}
	ni_policy.is_compat = settings->mode == NI_MODE_COMPAT;
	ni_policy.is_enforcing = settings->mode != NI_MODE_OFF &&
				 !ni_policy.has_filter &&
				 !is_kept_program(settings);
	ni_policy.hands_over = ni_policy.is_compat &&
			       settings->mode != NI_MODE_OFF &&
			       !is_kept_program(settings);
	ni_policy.keeps_numbers = has_keep(settings, NI_KEEP_FD, NI_KEEP_FD);
	ni_policy.keeps_kinds = has_keep(settings, NI_KEEP_FAMILY,
					 NI_KEEP_TYPE);
	if (ni_policy.is_compat)
		leave_untouched(settings);
	ni_policy.is_read = true;
}

void ni_policy_choose_fast(void)
{
	unsigned scope = ni_policy.settings.scope;

	memset(&ni_fast, 0, sizeof(ni_fast));
	if (!ni_policy.is_enforcing || ni_policy.keeps_numbers ||
	    ni_policy.keeps_kinds)
		return;
	if ((scope & NI_SCOPE_SOCKET) && !ni_foreign.socket &&
	    !ni_policy.lacks_socket_flag)
		ni_fast.socket_flag = SOCK_CLOEXEC;
	ni_fast.accept = (scope & NI_SCOPE_ACCEPT) && !ni_foreign.accept &&
			 !ni_foreign.accept4 && ni_policy.has_accept4;
	ni_fast.receive = (scope & NI_SCOPE_RECEIVE) && ni_policy.is_compat;
	ni_fast.dup = (scope & NI_SCOPE_DUP) && !ni_foreign.dup &&
		      !ni_foreign.fcntl;
}

void ni_policy_stop(const struct sock_fprog *filter)
{
	if (ni_marks_memory_is_lent())
		return;
	ni_policy_now();
	/* Remembered for the case that another library's constructor does this,
	 * before ours has run. */
	ni_policy.has_filter = true;
	if (!filter || !ni_filter_allows_handover(filter))
		ni_policy.filter_may_forbid = true;
	if (filter && !ni_filter_spares_flag(filter))
		ni_policy.filter_may_kill = true;
	ni_policy.is_enforcing = false;
	ni_policy_choose_fast();
}

bool ni_keeps_number(int fd)
{
	const struct ni_settings *settings = &ni_policy.settings;

	if (!ni_policy.keeps_numbers)
		return false;
	if (ni_collision_keeps(fd))
		return true;
	for (unsigned i = 0; i < settings->keep_count; i++)
		if (settings->keep[i].kind == NI_KEEP_FD &&
		    fd >= settings->keep[i].first &&
		    fd <= settings->keep[i].last)
			return true;
	return false;
}

bool ni_keeps_kind(int family, int type)
{
	const struct ni_settings *settings = &ni_policy.settings;
	const int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;

	if (!ni_policy.keeps_kinds)
		return false;
	for (unsigned i = 0; i < settings->keep_count; i++) {
		const struct ni_keep *keep = &settings->keep[i];

		if (keep->kind == NI_KEEP_FAMILY && keep->first == family)
			return true;
		if (keep->kind == NI_KEEP_TYPE && keep->first == (type & ~flags))
			return true;
	}
	return false;
}
