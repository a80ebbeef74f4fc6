/*
 * trace_file.c - makes the trace's file and gives it blocks without holding
 * its descriptor.
 */
#include "audit/trace_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/vfs.h>

#include "audit/newer.h"
#include "audit/recorder.h"
#include "audit/words.h"
#include "common/raw.h"

enum {
	PAGE = 4096,
	INDEX_FIRST = PAGE,		/* bytes of the index's first part */
	BLOCKS_FIRST = 3 * PAGE,	/* header, that, and the first cells */
	STEP_MAX = 16 * PAGE,
	/* How much is allocated at once if blocks cannot be added later. */
	WHOLE_MAX = 256 * 1024
};

/* The program uses the file system, too (gcc in TMPDIR): half of a small one,
 * and so much of a large one, is left free for it. */
static const uint64_t left_free = 64 << 20;

static char directory_path[4096];

/* ---- blocks -------------------------------------------------------------- */

static bool is_roomy(const struct statfs *system)
{
	const uint64_t block = (uint64_t)system->f_bsize;
	uint64_t wanted = system->f_blocks * block / 2;

	if (wanted > left_free)
		wanted = left_free;
	return system->f_bavail * block >= wanted;
}

/* Like writing to every page, but a full disk gives an error and no SIGBUS. */
static int get_blocks(void *from, size_t size)
{
	return (int)ni_raw3(SYS_madvise, (long)from, (long)size,
			    MADV_POPULATE_WRITE);
}

static bool get_more_blocks(size_t offset, size_t size)
{
	struct ni_trace_header *trace = ni_recorder.trace;
	struct statfs system;

	/* In another root the path means nothing, and the check is left out. */
	if ((!ni_raw3(SYS_statfs, (long)directory_path, (long)&system, 0) &&
	     !is_roomy(&system)) ||
	    get_blocks((char *)trace + offset, size) < 0) {
		__atomic_fetch_or(&trace->flags, NI_TRACE_DISK_FULL,
				  __ATOMIC_RELAXED);
		return false;
	}
	return true;
}

static void raise_ready(uint32_t cells)
{
	uint32_t *ready = &ni_recorder.trace->cells_ready;
	uint32_t known = __atomic_load_n(ready, __ATOMIC_RELAXED);

	while (known < cells &&
	       !__atomic_compare_exchange_n(ready, &known, cells, true,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

/* If others do the same at the same time, it is done twice. */
bool ni_trace_grow(uint32_t cells)
{
	const struct ni_trace_header *trace = ni_recorder.trace;
	const size_t page_cells = PAGE / NI_TRACE_CELL_SIZE;
	uint32_t ready = __atomic_load_n(&trace->cells_ready, __ATOMIC_ACQUIRE);
	size_t step = ready / 4, end;

	if (trace->flags & NI_TRACE_DISK_FULL)
		return false;
	if (step > STEP_MAX / NI_TRACE_CELL_SIZE)
		step = STEP_MAX / NI_TRACE_CELL_SIZE;
	if (cells < ready + step)
		cells = ready + (uint32_t)step;
	end = (cells + page_cells - 1) / page_cells * page_cells;
	if (end > trace->cells_count)
		end = trace->cells_count;
	if (!get_more_blocks(trace->cells_offset +
				     (size_t)ready * NI_TRACE_CELL_SIZE,
			     (end - ready) * NI_TRACE_CELL_SIZE))
		return false;
	raise_ready((uint32_t)end);
	return true;
}

static uint32_t more_entries(size_t size)
{
	return (uint32_t)(size / 128 / 1024 * 1024);
}

void ni_trace_grow_index(void)
{
	struct ni_trace_header *trace = ni_recorder.trace;
	uint32_t entries = more_entries(trace->file_size);

	if (trace->index_more_count || !entries ||
	    trace->flags & NI_TRACE_DISK_FULL ||
	    !get_more_blocks(trace->index_more_offset,
			     entries * sizeof(uint32_t)))
		return;
	__atomic_store_n(&trace->index_more_count, entries, __ATOMIC_RELEASE);
}

/* ---- creating ------------------------------------------------------------ */

/* Header, first part of the index, cells, second part. */
static void lay_out(struct ni_trace_header *trace, size_t size, size_t ready)
{
	const size_t more = more_entries(size) * sizeof(uint32_t);

	memcpy(trace->magic, NI_TRACE_MAGIC, sizeof(trace->magic));
	trace->version = NI_TRACE_VERSION;
	trace->header_size = sizeof(*trace);
	trace->file_size = size;
	trace->index_offset = sizeof(*trace);
	trace->index_count = INDEX_FIRST / sizeof(uint32_t);
	trace->cells_offset = sizeof(*trace) + INDEX_FIRST;
	trace->index_more_offset = (uint32_t)(size - more);
	trace->cells_count = (trace->index_more_offset - trace->cells_offset) /
			     NI_TRACE_CELL_SIZE;
	trace->cells_used = 1;
	if (ready > trace->index_more_offset)
		ready = trace->index_more_offset;
	trace->cells_ready = (uint32_t)(ready - trace->cells_offset) /
			     NI_TRACE_CELL_SIZE;
}

/* Before Linux 5.14: all blocks now, or never. */
static int take_whole(int fd, size_t size)
{
	static const char zeros[PAGE];
	long r = ni_raw6(SYS_fallocate, fd, 0, 0, (long)size, 0, 0);

	if (r != -EOPNOTSUPP && r != -ENOSYS)
		return (int)r;
	for (size_t done = 0; done < size; done += sizeof(zeros)) {
		r = ni_raw3(SYS_write, fd, (long)zeros, sizeof(zeros));
		if (r != (long)sizeof(zeros))
			return r < 0 ? (int)r : -ENOSPC;
	}
	return 0;
}

/* The first blocks are allocated now, so that a full disk is noticed here. */
static int take_first(int fd, struct ni_trace_header *trace, size_t *size)
{
	size_t ready = BLOCKS_FIRST;
	int r = get_blocks(trace, ready);

	if (r == -EINVAL) {
		if (*size > WHOLE_MAX)
			*size = WHOLE_MAX;
		ready = *size;
		r = take_whole(fd, ready);
	}
	if (r < 0)
		return r;
	lay_out(trace, *size, ready);
	return 0;
}

static int map(int fd, size_t size, struct ni_trace_header **trace)
{
	long r = ni_raw3(SYS_ftruncate, fd, (long)size, 0);

	if (r < 0)
		return (int)r;
	r = ni_raw6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fd, 0);
	if (r <= 0 && r >= -4095)
		return r ? (int)r : -ENOMEM;
	*trace = (struct ni_trace_header *)r;
	r = take_first(fd, *trace, &size);
	if (r < 0)
		ni_raw3(SYS_munmap, (long)*trace, (long)size, 0);
	return (int)r;
}

/* A file beyond RLIMIT_FSIZE would raise SIGXFSZ. */
static size_t allowed(int fd, size_t size)
{
	struct statfs system;
	struct rlimit limit;

	if (!ni_raw3(SYS_getrlimit, RLIMIT_FSIZE, (long)&limit, 0) &&
	    limit.rlim_cur < size)
		size = limit.rlim_cur / PAGE * PAGE;
	if (!ni_raw3(SYS_fstatfs, fd, (long)&system, 0) && !is_roomy(&system))
		size = 0;
	return size;
}

static int create(const char *path)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

	return (int)ni_raw6(SYS_openat, AT_FDCWD, (long)path, flags, 0600, 0, 0);
}

static bool put_path(char *path, size_t room, const char *directory,
		     uint32_t pid, uint64_t start_ns)
{
	struct ni_words words = { path, room, 0 };

	ni_words_string(&words, directory);
	ni_words_string(&words, "/");
	ni_words_number(&words, pid);
	ni_words_string(&words, ".");
	ni_words_number(&words, start_ns);
	ni_words_string(&words, NI_TRACE_SUFFIX);
	return ni_words_end(&words);
}

int ni_trace_open(const char *directory, size_t size_kib, uint32_t pid,
		  uint64_t start_ns, struct ni_trace_header **trace)
{
	struct ni_trace_header *mapped = NULL;
	char path[sizeof(directory_path)];
	size_t size;
	int fd, r;

	if (!put_path(path, sizeof(path), directory, pid, start_ns))
		return -ENAMETOOLONG;
	memcpy(directory_path, directory, strlen(directory) + 1);
	fd = create(path);
	if (fd < 0)
		return fd;
	size = allowed(fd, size_kib * 1024);
	r = size < NI_TRACE_SIZE_KIB_MIN * 1024 ? -ENOSPC :
						   map(fd, size, &mapped);
	if (r < 0)
		ni_raw3(SYS_ftruncate, fd, 0, 0);
	else
		*trace = mapped;
	ni_raw3(SYS_close, fd, 0, 0);
	return r;
}
