/*
 * trace_header.c - fills in what the kernel says of the image at start.
 */
#include "audit/trace_header.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/clock.h"
#include "audit/kernel.h"
#include "audit/recorder.h"

/* strings[], as it is filled. Each text gets what those before it have left. */
struct strings {
	struct ni_trace_header *trace;
	size_t used;
	size_t kept;		/* bytes that arguments must leave */
};

enum { PATH_BYTES_MAX = 1024 };

static char *place(const struct strings *strings)
{
	return (char *)strings->trace->strings + strings->used;
}

static size_t room(const struct strings *strings)
{
	return sizeof(strings->trace->strings) - strings->used - strings->kept;
}

/* ---- the program --------------------------------------------------------- */

static void note_executable(struct strings *strings)
{
	struct ni_trace_header *trace = strings->trace;
	struct stat status;
	long r;

	r = ni_raw6(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe",
		    (long)place(strings), (long)room(strings) / 2, 0, 0);
	trace->exe_size = r < 0 ? 0 : (uint16_t)r;
	strings->used += trace->exe_size;
	if (ni_raw6(SYS_newfstatat, AT_FDCWD, (long)"/proc/self/exe",
		    (long)&status, 0, 0, 0))
		return;
	trace->exe_device = status.st_dev;
	trace->exe_inode = status.st_ino;
}

/* A path whose bytes were kept. Return: its size. */
static uint16_t note_path(struct strings *strings, const char *path, size_t size)
{
	strings->kept -= size;
	if (size)
		memcpy(place(strings), path, size);
	strings->used += size;
	return (uint16_t)size;
}

/* ---- its arguments ------------------------------------------------------- */

/*
 * As the kernel put them below the environment: the count, the pointers, NULL.
 * Constructors do not get them with other C libraries, nor does a call from
 * another constructor. NULL if the environment is no longer there.
 */
static char *const *start_arguments(size_t *count)
{
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	const uintptr_t *at = (const uintptr_t *)environ - 2;

	if ((uintptr_t)environ < here ||
	    (uintptr_t)environ > ni_recorder.stack_end)
		return NULL;
	for (*count = 0; (uintptr_t)at > here; at--, ++*count)
		if (*at == *count)
			return (char *const *)(at + 1);
	return NULL;
}

static void note_arguments(struct strings *strings)
{
	struct ni_trace_header *trace = strings->trace;
	size_t count, first = strings->used;
	char *const *argv = start_arguments(&count);

	for (size_t i = 0; argv && i < count; i++) {
		size_t size = strlen(argv[i]) + 1;

		if (size > room(strings)) {
			trace->flags |= NI_TRACE_ARGV_CUT;
			break;
		}
		memcpy(place(strings), argv[i], size);
		strings->used += size;
	}
	trace->argc = argv ? (uint32_t)count : 0;
	trace->argv_size = (uint16_t)(strings->used - first);
}

/* The kernel's copy, used if the start of the stack cannot be found. */
static void read_arguments(struct strings *strings)
{
	struct ni_trace_header *trace = strings->trace;
	long fd, r;

	fd = ni_raw6(SYS_openat, AT_FDCWD, (long)"/proc/self/cmdline",
		     O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (fd < 0)
		return;
	r = ni_raw3(SYS_read, fd, (long)place(strings), (long)room(strings));
	ni_raw3(SYS_close, fd, 0, 0);
	if (r <= 0)
		return;
	if (r == (long)room(strings))
		trace->flags |= NI_TRACE_ARGV_CUT;
	for (long i = 0; i < r; i++)
		trace->argc += !place(strings)[i];
	trace->argv_size = (uint16_t)r;
	strings->used += (size_t)r;
}

/* ---- all ----------------------------------------------------------------- */

static uint32_t flags_at_start(void)
{
	uint32_t flags = 0;

	if (ni_recorder.has_shim)
		flags |= NI_TRACE_SHIM;
	if (!ni_recorder.is_following)
		flags |= NI_TRACE_NO_FOLLOW;
	return flags;
}

/* The arguments may be long: they get what the paths leave. The name is the one
 * by which it was executed: redis-server, though that is a link to
 * redis-check-rdb. */
static void note_texts(struct ni_trace_header *trace)
{
	struct strings strings = { .trace = trace };
	const char *name = (const char *)getauxval(AT_EXECFN);
	size_t name_size = name ? strlen(name) : 0, cwd_size;
	char cwd[PATH_BYTES_MAX];
	long r = ni_raw3(SYS_getcwd, (long)cwd, sizeof(cwd), 0);

	if (name_size > PATH_BYTES_MAX)
		name_size = 0;
	/* The length includes the NUL. */
	cwd_size = r > 1 && *cwd == '/' ? (size_t)r - 1 : 0;
	note_executable(&strings);
	strings.kept = name_size + cwd_size;
	note_arguments(&strings);
	if (!trace->argc)
		read_arguments(&strings);
	trace->execfn_size = note_path(&strings, name, name_size);
	trace->cwd_size = note_path(&strings, cwd, cwd_size);
}

void ni_trace_header_fill(struct ni_trace_header *trace, uint64_t start_ns)
{
#if defined(__x86_64__)
	trace->machine = EM_X86_64;
#else
	trace->machine = EM_AARCH64;
#endif
	trace->flags = flags_at_start();
	trace->pid = ni_recorder.pid;
	trace->ppid = ni_kernel_parent();
	trace->uid = (uint32_t)getauxval(AT_EUID);
	trace->start_ns = start_ns;
	trace->start_real_ns = ni_clock_ns(CLOCK_REALTIME);
	note_texts(trace);
}
