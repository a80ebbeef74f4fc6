/*
 * stream.c - what libc closes internally: streams and directories. That does
 * not pass through our close(), so the mark is removed here.
 */
#include <errno.h>

#include "preload/marks.h"
#include "preload/next.h"

/* A stream in memory has no descriptor, and asking for it sets errno. */
static void forget_stream(FILE *stream)
{
	int errno_before = errno;

	ni_marks_take(ni_next.fileno(stream));
	errno = errno_before;
}

NI_EXPORT int fclose(FILE *stream)
{
	forget_stream(stream);
	return ni_next.fclose(stream);
}

NI_EXPORT int pclose(FILE *stream)
{
	forget_stream(stream);
	return ni_next.pclose(stream);
}

/* What it opens takes the number of what it closes. */
NI_EXPORT FILE *freopen(const char *restrict path, const char *restrict mode,
			FILE *restrict stream)
{
	forget_stream(stream);
	return ni_next.freopen(path, mode, stream);
}

#ifdef freopen64
#undef freopen64
#endif

NI_EXPORT FILE *freopen64(const char *restrict path, const char *restrict mode,
			  FILE *restrict stream)
{
	forget_stream(stream);
	return ni_next.freopen64(path, mode, stream);
}

NI_EXPORT int closedir(DIR *directory)
{
	int errno_before = errno;

	ni_marks_take(ni_next.dirfd(directory));
	errno = errno_before;
	return ni_next.closedir(directory);
}

NI_ALIAS(fclose) int _IO_fclose(FILE *stream) __nonnull((1));
