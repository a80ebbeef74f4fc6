/*
 * hook_stream.c - descriptors inside stdio's streams and directory streams:
 * libc opens and closes them without a call that could be seen.
 */
#include "audit/hook.h"

#include <errno.h>
#include <string.h>

#include "audit/closing.h"
#include "audit/exec_record.h"
#include "audit/hook_spawn.h"

/* glibc looks at only so many letters of a mode; a comma ends them. */
static bool says_close_on_exec(const char *mode)
{
	for (int i = 1; i < 7 && mode[0] && mode[i] && mode[i] != ','; i++)
		if (mode[i] == 'e')
			return true;
	return false;
}

/* A stream's descriptor, -1 if it has none. Leaves errno alone. */
static int number_of(FILE *stream)
{
	int saved = errno, fd = stream ? fileno_unlocked(stream) : -1;

	errno = saved;
	return fd;
}

static FILE *made_stream(const struct ni_caller *caller, FILE *stream,
			 bool atomic)
{
	if (!stream)
		ni_exhausted_look(caller);
	else if (ni_is_active())
		ni_made_as(caller, number_of(stream),
			   ni_creators[caller->call].type, atomic);
	return stream;
}

NI_EXPORT FILE *fopen(const char *path, const char *mode)
{
	const struct ni_caller caller = NI_CALLER(fopen);
	FILE *stream = ni_beyond_get()->fopen(path, mode);

	return made_stream(&caller, stream, stream && says_close_on_exec(mode));
}

NI_ALSO_KNOWN_AS(fopen64, fopen);
NI_ALSO_KNOWN_AS(_IO_fopen, fopen);

NI_EXPORT FILE *tmpfile(void)
{
	const struct ni_caller caller = NI_CALLER(tmpfile);
	FILE *stream = ni_beyond_get()->tmpfile();

	if (!stream)
		ni_exhausted_look(&caller);
	else if (ni_is_active())
		ni_made(&caller, number_of(stream), 0);
	return stream;
}

NI_ALSO_KNOWN_AS(tmpfile64, tmpfile);

/* ---- closing ------------------------------------------------------------- */

/* Whether the number is already closed: only the kernel can tell, and only
 * before the call. */
static int error_before(int fd, bool active)
{
	if (!active || fd < 0 ||
	    !(ni_slots_get(fd).state & NI_SLOT_CLOSED))
		return 0;
	return ni_kernel_is_open(fd) ? 0 : EBADF;
}

struct stream_closing { struct ni_closing closing; int error; };

static void begin(struct stream_closing *stream, const struct ni_caller *caller,
		  int fd)
{
	bool active = ni_is_active();

	stream->error = error_before(fd, active);
	stream->closing.fd = -1;
	if (active)
		ni_closing_begin(&stream->closing, caller, fd);
}

static void end(const struct stream_closing *stream)
{
	if (ni_is_active())
		ni_closing_end(&stream->closing, stream->error);
}

NI_EXPORT int fclose(FILE *stream)
{
	const struct ni_caller caller = NI_CALLER(fclose);
	struct stream_closing closing;
	int r;

	ni_hook_enter();
	begin(&closing, &caller, number_of(stream));
	r = ni_beyond.fclose(stream);
	end(&closing);
	return r;
}

NI_ALSO_KNOWN_AS(_IO_fclose, fclose);

NI_EXPORT int pclose(FILE *stream)
{
	const struct ni_caller caller = NI_CALLER(pclose);
	struct stream_closing closing;
	int r;

	ni_hook_enter();
	begin(&closing, &caller, number_of(stream));
	r = ni_beyond.pclose(stream);
	end(&closing);
	return r;
}

NI_EXPORT int closedir(DIR *directory)
{
	const struct ni_caller caller = NI_CALLER(closedir);
	struct stream_closing closing;
	int r;

	ni_hook_enter();
	begin(&closing, &caller, dirfd(directory));
	r = ni_beyond.closedir(directory);
	end(&closing);
	return r;
}

NI_EXPORT int mq_close(mqd_t queue)
{
	const struct ni_caller caller = NI_CALLER(mq_close);
	struct stream_closing closing;
	int r;

	ni_hook_enter();
	NI_BEYOND_LATE(mq_close);
	begin(&closing, &caller, queue);
	r = ni_beyond.mq_close(queue);
	end(&closing);
	return r;
}

/* The old descriptor is closed even if the new file cannot be opened; the new
 * one gets the old number if possible, and its flag depends on both modes. */
NI_EXPORT FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	const struct ni_caller caller = NI_CALLER(freopen);
	struct stream_closing closing;
	FILE *again;

	ni_hook_enter();
	begin(&closing, &caller, number_of(stream));
	again = ni_beyond.freopen(path, mode, stream);
	end(&closing);
	if (!again)
		ni_exhausted_look(&caller);
	else if (ni_is_active())
		ni_made(&caller, number_of(again), 0);
	return again;
}

NI_ALSO_KNOWN_AS(freopen64, freopen);

/* ---- a shell at the other end -------------------------------------------- */

NI_EXPORT FILE *popen(const char *command, const char *mode)
{
	const struct ni_caller caller = NI_CALLER(popen);
	struct ni_exec_note note;
	FILE *stream;

	ni_hook_enter();
	note = ni_shell_begin(&caller, command);
	stream = ni_beyond.popen(command, mode);
	if (!stream)
		ni_exec_failed(&note, errno);
	return made_stream(&caller, stream, stream && strchr(mode, 'e'));
}

NI_ALSO_KNOWN_AS(_IO_popen, popen);
