#include "trace_writer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "common/raw.h"
#include "recorder.h"
#include "words.h"

/* An entry's neighbours that a search looks at before it gives up. */
enum { PROBES = 16 };

/* ---- creating the file --------------------------------------------------- */

/* Blocks must be reserved now: a full disk must show here, not as SIGBUS in a
 * program that never asked to be traced. A file beyond RLIMIT_FSIZE would
 * raise SIGXFSZ. */
static int reserve(int fd, size_t size)
{
	static const char zeros[4096];
	struct rlimit limit;
	long r;

	if (!ni_raw3(SYS_getrlimit, RLIMIT_FSIZE, (long)&limit, 0) &&
	    limit.rlim_cur < size)
		return -EFBIG;
	r = ni_raw6(SYS_fallocate, fd, 0, 0, (long)size, 0, 0);
	if (r != -EOPNOTSUPP && r != -ENOSYS)
		return (int)r;
	for (size_t done = 0; done < size; done += sizeof(zeros)) {
		r = ni_raw3(SYS_write, fd, (long)zeros, sizeof(zeros));
		if (r != (long)sizeof(zeros))
			return r < 0 ? (int)r : -ENOSPC;
	}
	return 0;
}

static void lay_out(struct ni_trace_header *trace, size_t size)
{
	uint32_t entries = 64;

	while (entries * 256 <= size)
		entries *= 2;
	memcpy(trace->magic, NI_TRACE_MAGIC, sizeof(trace->magic));
	trace->version = NI_TRACE_VERSION;
	trace->header_size = sizeof(*trace);
	trace->file_size = size;
	trace->index_offset = sizeof(*trace);
	trace->index_count = entries;
	trace->cells_offset = sizeof(*trace) + entries * sizeof(uint32_t);
	trace->cells_count = (uint32_t)(size - trace->cells_offset) /
			     NI_TRACE_CELL_SIZE;
	trace->cells_used = 1;
}

static int map(int fd, size_t size, struct ni_trace_header **trace)
{
	long r = ni_raw6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE,
			 MAP_SHARED, fd, 0);

	if (r <= 0 && r >= -4095)
		return r ? (int)r : -ENOMEM;
	*trace = (struct ni_trace_header *)r;
	lay_out(*trace, size);
	return 0;
}

static int create(const char *path)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

	return (int)ni_raw6(SYS_openat, AT_FDCWD, (long)path, flags, 0600, 0, 0);
}

int ni_trace_open(const char *directory, size_t size_kib, uint32_t pid,
		  uint64_t start_ns, struct ni_trace_header **trace)
{
	char path[4096];
	struct ni_words text = { path, sizeof(path), 0 };
	int fd, r;

	ni_words_string(&text, directory);
	ni_words_string(&text, "/");
	ni_words_number(&text, pid);
	ni_words_string(&text, ".");
	ni_words_number(&text, start_ns);
	ni_words_string(&text, NI_TRACE_SUFFIX);
	if (!ni_words_end(&text))
		return -ENAMETOOLONG;
	fd = create(path);
	if (fd < 0)
		return fd;
	do {
		r = reserve(fd, size_kib * 1024);
		if (r == 0)
			r = map(fd, size_kib * 1024, trace);
		if (r < 0)
			ni_raw3(SYS_ftruncate, fd, 0, 0);
		size_kib /= 4;
	} while (r < 0 && size_kib >= NI_TRACE_SIZE_KIB_MIN);
	ni_raw3(SYS_close, fd, 0, 0);
	return r;
}

/* ---- records --------------------------------------------------------------- */

void *ni_trace_at(uint32_t ref)
{
	struct ni_trace_header *trace = ni_recorder.trace;

	return ref ? (char *)trace + trace->cells_offset +
		     (size_t)ref * NI_TRACE_CELL_SIZE : NULL;
}

uint32_t ni_trace_ref(const void *record)
{
	struct ni_trace_header *trace = ni_recorder.trace;

	return record ? (uint32_t)(((const char *)record - (char *)trace -
				    trace->cells_offset) / NI_TRACE_CELL_SIZE)
		      : 0;
}

void ni_trace_drop(enum ni_trace_dropped what, uint32_t count)
{
	__atomic_fetch_add(&ni_recorder.trace->dropped[what], count,
			   __ATOMIC_RELAXED);
}

/* How far the file may fill up for records of that worth. */
static uint32_t limit(enum ni_room room)
{
	uint32_t count = ni_recorder.trace->cells_count;

	switch (room) {
	case NI_ROOM_EVENT: return count / 8 * 5;
	case NI_ROOM_SITE: return count / 8 * 7;
	default: return count;
	}
}

bool ni_trace_is_roomy(void)
{
	return ni_recorder.trace->cells_used < limit(NI_ROOM_EVENT);
}

void *ni_trace_claim(enum ni_trace_kind kind, size_t size, uint32_t key,
		     enum ni_room room, enum ni_trace_dropped dropped)
{
	uint32_t *used = &ni_recorder.trace->cells_used;
	uint32_t first = __atomic_load_n(used, __ATOMIC_RELAXED);
	uint32_t cells = (uint32_t)((size + NI_TRACE_CELL_SIZE - 1) /
				    NI_TRACE_CELL_SIZE);
	struct ni_trace_head head = {
		(uint16_t)cells, (uint8_t)kind, NI_STATE_CLAIMED, key
	};
	uint64_t word;
	void *record;

	do {
		if (first + cells > limit(room) || cells > UINT16_MAX) {
			ni_trace_drop(dropped, 1);
			return NULL;
		}
	} while (!__atomic_compare_exchange_n(used, &first, first + cells, true,
					      __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	record = ni_trace_at(first);
	memcpy(&word, &head, sizeof(word));
	__atomic_store_n((uint64_t *)record, word, __ATOMIC_RELEASE);
	return record;
}

static void set_state(void *record, enum ni_trace_state state)
{
	struct ni_trace_head *head = record;

	__atomic_store_n(&head->state, (uint8_t)state, __ATOMIC_RELEASE);
}

void ni_trace_publish(void *record)
{
	set_state(record, NI_STATE_PUBLISHED);
}

void ni_trace_void(void *record)
{
	set_state(record, NI_STATE_VOID);
}

static uint32_t cells_of(uint32_t ref)
{
	const struct ni_trace_head *head = ni_trace_at(ref);

	return head && head->cells ? head->cells : 1;
}

const void *ni_trace_next(const void *record)
{
	const struct ni_trace_header *trace = ni_recorder.trace;
	uint32_t end = __atomic_load_n(&trace->cells_used, __ATOMIC_RELAXED);
	uint32_t ref = record ? ni_trace_ref(record) : 0;

	for (ref = ref ? ref + cells_of(ref) : 1; ref < end;
	     ref += cells_of(ref)) {
		const struct ni_trace_head *head = ni_trace_at(ref);

		if (head && __atomic_load_n(&head->state, __ATOMIC_ACQUIRE) ==
			    NI_STATE_PUBLISHED)
			return head;
	}
	return NULL;
}

/* ---- the index ------------------------------------------------------------- */

static uint32_t *entry(uint32_t key, unsigned probe)
{
	struct ni_trace_header *trace = ni_recorder.trace;
	uint32_t *entries = (uint32_t *)((char *)trace + trace->index_offset);

	return &entries[(key + probe) & (trace->index_count - 1)];
}

static void *match(uint32_t ref, enum ni_trace_kind kind, uint32_t key,
		   ni_trace_same *same, const void *wanted)
{
	struct ni_trace_head *head = ni_trace_at(ref);

	if (head->key != key || head->kind != kind ||
	    __atomic_load_n(&head->state, __ATOMIC_ACQUIRE) !=
		    NI_STATE_PUBLISHED)
		return NULL;
	return same(head, wanted) ? head : NULL;
}

void *ni_trace_seek(enum ni_trace_kind kind, uint32_t key, ni_trace_same *same,
		    const void *wanted)
{
	for (unsigned probe = 0; probe < PROBES; probe++) {
		uint32_t ref = __atomic_load_n(entry(key, probe),
					       __ATOMIC_ACQUIRE);
		void *found;

		if (!ref)
			return NULL;
		found = match(ref, kind, key, same, wanted);
		if (found)
			return found;
	}
	return NULL;
}

void *ni_trace_enter(void *record, ni_trace_same *same, const void *wanted)
{
	struct ni_trace_head *head = record;
	uint32_t ours = ni_trace_ref(record);

	ni_trace_publish(record);
	for (unsigned probe = 0; probe < PROBES; probe++) {
		uint32_t ref = 0;
		void *found;

		if (__atomic_compare_exchange_n(entry(head->key, probe), &ref,
						ours, false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE))
			return record;
		found = match(ref, head->kind, head->key, same, wanted);
		if (found) {
			ni_trace_void(record);
			return found;
		}
	}
	/* No entry free: this record stays, the next equal one is another. */
	return record;
}
