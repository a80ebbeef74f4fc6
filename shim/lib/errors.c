/*
 * errors.c - the library's errors as numbers and words.
 */
#include "errors.h"

#include <netdb.h>
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
	int is_resolver = error < -RESOLVER && error > -RESOLVER_END;

	return is_resolver ? error + RESOLVER : 0;
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

const char *noinherit_strerror(int error)
{
	static _Thread_local char buf[128];
	int code = noinherit_eai(error);
	int number = error < 0 && error > -RESOLVER ? -error : 0;

	if (code)
		return gai_strerror(code);
	return _Generic(strerror_r(number, buf, sizeof(buf)),
			char *: from_gnu, int: from_posix)(
		strerror_r(number, buf, sizeof(buf)), buf);
}
