/*
 * errors.c - the errors of the library, and its version, as numbers and words.
 */
#include "lib/errors.h"

#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noinherit.h"

/* Beyond every errno value (the kernel's end at 4095) and small enough to be
 * told from a count by its sign alone. */
enum { RESOLVER = 100000, RESOLVER_END = 200000 };

/* EAI_ codes are negative in libc here. */
_Static_assert(EAI_NONAME < 0, "EAI_ codes are below 0");

int ni_error_of_eai(int code)
{
	return code - RESOLVER;
}

int noinherit_eai(int error)
{
	bool is_resolver = error < -RESOLVER && error > -RESOLVER_END;

	return is_resolver ? error + RESOLVER : 0;
}

int noinherit_errno(int error)
{
	if (error == NOINHERIT_KERNEL_TIMEOUT)
		return ETIMEDOUT;
	return error < 0 && error > -RESOLVER ? -error : 0;
}

int noinherit_version(void)
{
	return NOINHERIT_VERSION_NUMBER;
}

/* strerror_r() is GNU's where _GNU_SOURCE and glibc meet, else POSIX's. */
static const char *from_gnu(const char *text, const char *buf)
{
	(void)buf;
	return text;
}

static const char *from_posix(int result, const char *buf)
{
	(void)result;
	return buf;
}

static const char *words_of(int number, char *buf, size_t size)
{
	return _Generic(strerror_r(number, buf, size),
			char *: from_gnu, int: from_posix)(
		strerror_r(number, buf, size), buf);
}

const char *noinherit_strerror(int error)
{
	static _Thread_local char buf[128];
	int code = noinherit_eai(error);

	if (code)
		return gai_strerror(code);
	/* musl's text for it is "No error information". */
	if (!error)
		return "Success";
	if (error == -ETIMEDOUT)
		return "timed out";
	if (error == NOINHERIT_KERNEL_TIMEOUT)
		return words_of(ETIMEDOUT, buf, sizeof(buf));
	if (error < 0 && error > -RESOLVER)
		return words_of(-error, buf, sizeof(buf));
	/* A positive errno, as strerror() takes it, or a count mistaken for an
	 * error: "Success" would hide the mistake. */
	snprintf(buf, sizeof(buf), "Not an error of noinherit: %d", error);
	return buf;
}
