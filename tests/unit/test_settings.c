/*
 * Settings are read as they were meant, or refused with the word and its
 * place; what is refused changes nothing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "common/settings.h"
#include "descriptors.h"

static const struct {
	const char *text;
	enum ni_mode mode;
} modes[] = {
	{ "", NI_MODE_COMPAT },
	{ "compat", NI_MODE_COMPAT },
	{ "strict", NI_MODE_STRICT },
	{ "off", NI_MODE_OFF },
};

static void a_mode_is_a_word(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct ni_settings settings;

		ni_settings_default(&settings);
		assert_int_equal(ni_settings_parse(&settings, NI_SETTING_MODE,
						   modes[i].text, NULL), 0);
		assert_int_equal(settings.mode, modes[i].mode);
	}
}

static const struct {
	const char *text;
	unsigned scope;
} scopes[] = {
	{ "", NI_SCOPE_SOCKETS },
	{ ",", NI_SCOPE_SOCKETS },
	{ "sockets", NI_SCOPE_SOCKETS },
	{ "socket", NI_SCOPE_SOCKET },
	{ "socket,accept", NI_SCOPE_SOCKET | NI_SCOPE_ACCEPT },
	{ "dup,,receive,", NI_SCOPE_DUP | NI_SCOPE_RECEIVE },
	{ "-dup", NI_SCOPE_SOCKETS & ~(unsigned)NI_SCOPE_DUP },
	{ "-dup,-accept", NI_SCOPE_SOCKET | NI_SCOPE_RECEIVE },
	{ "sockets,-receive", NI_SCOPE_SOCKETS & ~(unsigned)NI_SCOPE_RECEIVE },
	{ "socket,-socket", 0 },
	{ "-sockets", 0 },
	{ "-socket,socket", NI_SCOPE_SOCKETS },
};

static void a_scope_adds_and_takes_away(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
		struct ni_settings settings;

		ni_settings_default(&settings);
		assert_int_equal(ni_settings_parse(&settings, NI_SETTING_SCOPE,
						   scopes[i].text, NULL), 0);
		if (settings.scope != scopes[i].scope)
			fail_msg("'%s': %x", scopes[i].text, settings.scope);
	}
}

static const struct {
	const char *text;
	enum ni_keep_kind kind;
	int first, last;
	const char *name;
} keeps[] = {
	{ "fd=7", NI_KEEP_FD, 7, 7, NULL },
	{ "fd=3-9", NI_KEEP_FD, 3, 9, NULL },
	{ "fd=0-2147483647", NI_KEEP_FD, 0, 2147483647, NULL },
	{ "family=AF_UNIX", NI_KEEP_FAMILY, AF_UNIX, 0, NULL },
	{ "family=16", NI_KEEP_FAMILY, AF_NETLINK, 0, NULL },
	{ "type=SOCK_DGRAM", NI_KEEP_TYPE, SOCK_DGRAM, 0, NULL },
	{ "type=1", NI_KEEP_TYPE, SOCK_STREAM, 0, NULL },
	{ "program=php-fpm8.2", NI_KEEP_PROGRAM, 0, 0, "php-fpm8.2" },
	{ "env=NGINX", NI_KEEP_ENV, 0, 0, "NGINX" },
	{ "argv=--sock=", NI_KEEP_ARGV, 0, 0, "--sock=" },
};

static void every_thing_to_keep_is_understood(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(keeps); i++) {
		struct ni_settings settings;
		const struct ni_keep *keep = &settings.keep[0];

		ni_settings_default(&settings);
		if (ni_settings_parse(&settings, NI_SETTING_KEEP, keeps[i].text,
				      NULL) || settings.keep_count != 1)
			fail_msg("%s: refused", keeps[i].text);
		assert_int_equal(keep->kind, keeps[i].kind);
		assert_int_equal(keep->first, keeps[i].first);
		if (keeps[i].kind == NI_KEEP_FD)
			assert_int_equal(keep->last, keeps[i].last);
		if (!keeps[i].name)
			continue;
		assert_int_equal(keep->length, strlen(keeps[i].name));
		assert_memory_equal(keep->text, keeps[i].name, keep->length);
	}
}

static void a_list_keeps_its_order_and_32_items(void **state)
{
	char text[1024] = "", longer[sizeof(text) + sizeof("fd=99")];
	struct ni_settings settings;
	struct ni_settings_error error = { .offset = 0 };

	(void)state;
	for (int i = 0; i < NI_KEEP_MAX; i++)
		sprintf(text + strlen(text), "fd=%d,", i);
	ni_settings_default(&settings);
	assert_int_equal(ni_settings_parse(&settings, NI_SETTING_KEEP, text,
					   NULL), 0);
	assert_int_equal(settings.keep_count, NI_KEEP_MAX);
	for (int i = 0; i < NI_KEEP_MAX; i++)
		assert_int_equal(settings.keep[i].first, i);
	sprintf(longer, "%sfd=99", text);
	assert_int_equal(ni_settings_parse(&settings, NI_SETTING_KEEP, longer,
					   &error), -EINVAL);
	assert_int_equal(error.offset, strlen(text));
}

static const struct {
	enum ni_setting setting;
	const char *text, *word;
} refused[] = {
	{ NI_SETTING_MODE, "strikt", "strikt" },
	{ NI_SETTING_MODE, "STRICT", "STRICT" },
	{ NI_SETTING_MODE, "strict,off", "strict,off" },
	{ NI_SETTING_MODE, " off", " off" },
	{ NI_SETTING_SCOPE, "all", "all" },
	{ NI_SETTING_SCOPE, "socket,acept", "acept" },
	{ NI_SETTING_SCOPE, "-sokets", "sokets" },
	{ NI_SETTING_SCOPE, "--dup", "-dup" },
	{ NI_SETTING_SCOPE, "-", "" },
	{ NI_SETTING_KEEP, "fd=", "fd=" },
	{ NI_SETTING_KEEP, "fd=x", "fd=x" },
	{ NI_SETTING_KEEP, "fd=9-3", "fd=9-3" },
	{ NI_SETTING_KEEP, "fd=3-", "fd=3-" },
	{ NI_SETTING_KEEP, "fd=-3", "fd=-3" },
	{ NI_SETTING_KEEP, "fd=3-4-5", "fd=3-4-5" },
	{ NI_SETTING_KEEP, "fd=2147483648", "fd=2147483648" },
	{ NI_SETTING_KEEP, "fd=99999999999999999999", "fd=99999999999999999999" },
	{ NI_SETTING_KEEP, "fd=3,family=AF_UNXI", "family=AF_UNXI" },
	{ NI_SETTING_KEEP, "type=SOCK_STREAM ", "type=SOCK_STREAM " },
	{ NI_SETTING_KEEP, "program=", "program=" },
	{ NI_SETTING_KEEP, "env", "env" },
	{ NI_SETTING_KEEP, "=3", "=3" },
	{ NI_SETTING_KEEP, "famly=AF_UNIX", "famly=AF_UNIX" },
};

static void what_cannot_be_read_is_named_and_changes_nothing(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct ni_settings settings, before;
		struct ni_settings_error error = { 99, 99, NULL };
		const char *text = refused[i].text;

		memset(&settings, 0, sizeof(settings));
		ni_settings_default(&settings);
		ni_settings_parse(&settings, NI_SETTING_MODE, "off", NULL);
		ni_settings_parse(&settings, NI_SETTING_SCOPE, "dup", NULL);
		ni_settings_parse(&settings, NI_SETTING_KEEP, "fd=5", NULL);
		before = settings;
		if (ni_settings_parse(&settings, refused[i].setting, text,
				      &error) != -EINVAL)
			fail_msg("'%s' was not refused", text);
		assert_memory_equal(&settings, &before, sizeof(settings));
		if (error.length != strlen(refused[i].word) ||
		    memcmp(text + error.offset, refused[i].word, error.length))
			fail_msg("'%s': the word is '%.*s'", text,
				 (int)error.length, text + error.offset);
		assert_non_null(error.why);
	}
}

static void every_word_that_is_offered_is_known(void **state)
{
	struct ni_settings settings;
	const char *word;

	(void)state;
	for (size_t i = 0; (word = ni_setting_word(NI_SETTING_MODE, i)); i++)
		assert_int_equal(ni_settings_parse(&settings, NI_SETTING_MODE,
						   word, NULL), 0);
	for (size_t i = 0; (word = ni_setting_word(NI_SETTING_SCOPE, i)); i++)
		assert_int_equal(ni_settings_parse(&settings, NI_SETTING_SCOPE,
						   word, NULL), 0);
	for (size_t i = 0; (word = ni_setting_word(NI_SETTING_KEEP, i)); i++) {
		char text[64];

		sprintf(text, "%s3", word);
		assert_int_equal(ni_settings_parse(&settings, NI_SETTING_KEEP,
						   text, NULL), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mode_is_a_word),
		cmocka_unit_test(a_scope_adds_and_takes_away),
		cmocka_unit_test(every_thing_to_keep_is_understood),
		cmocka_unit_test(a_list_keeps_its_order_and_32_items),
		cmocka_unit_test(what_cannot_be_read_is_named_and_changes_nothing),
		cmocka_unit_test(every_word_that_is_offered_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
