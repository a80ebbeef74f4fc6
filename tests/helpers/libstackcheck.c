/*
 * libstackcheck: preloaded into real programs, compares the recorder's stacks
 * with those of libgcc's unwinder at calls of some common functions: each new
 * stack from the recorder's walk, and each time its memory of recent stacks
 * says that one has come again.
 *
 * Appends one line to the file named by STACKCHECK_REPORT when the process
 * exits:  stacks DISTINCT calls N short N wrong N stale N  and, for the first
 * wrong ones, both stacks. "Short": ours ends earlier, and says so. "Stale":
 * the memory gave another stack than a walk. STACKCHECK_BREAK makes each walk
 * wrong; with STACKCHECK_OLD modules are found as before glibc 2.35.
 */
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include <unwind.h>

#include "../../shim/audit/frame_rule.c"
#define key_of stack_key_of
#include "../../shim/audit/stack.c"
#undef key_of
#include "../../shim/audit/trace_file.c"
#include "../../shim/audit/trace_writer.c"
#define key_of module_key_of
#define is_same is_same_module
#define enter enter_module
#include "../../shim/audit/modules.c"
#undef key_of
#undef is_same
#undef enter
#include "../../shim/audit/site.c"
#include "../../shim/audit/threads.c"

enum { SEEN_MAX = 1 << 18, WRONG_SHOWN = 3, TEXT_MAX = 1 << 14 };

enum { TRACE_BYTES = 64 << 20 };

struct ni_recorder ni_recorder;

static _Atomic uint32_t seen[SEEN_MAX];
static _Atomic unsigned stacks, calls, short_ones, wrong, stale;
static char text[TEXT_MAX];
static __thread bool is_checking;

void ni_recorder_start(void)
{
}

static bool start(void)
{
	void *memory;

	if (ni_recorder.trace)
		return true;
	memory = mmap(NULL, TRACE_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return false;
	lay_out(memory, TRACE_BYTES, TRACE_BYTES);
	((struct ni_trace_header *)memory)->index_more_count =
		more_entries(TRACE_BYTES);
	ni_recorder.frames_max = NI_TRACE_FRAMES_MAX;
	ni_recorder.stack_end = (uintptr_t)getauxval(AT_EXECFN);
	ni_recorder.trace = memory;
	ni_modules_start(getenv("STACKCHECK_OLD") ? NULL :
			 (void *)_dl_find_object);
	return true;
}

struct theirs {
	uintptr_t first;
	unsigned depth;
	uintptr_t frames[NI_TRACE_FRAMES_MAX];
};

/* libgcc's walk starts inside this library; those frames are left out. */
static _Unwind_Reason_Code take(struct _Unwind_Context *context, void *data)
{
	struct theirs *theirs = data;
	uintptr_t pc = _Unwind_GetIP(context);

	if (!theirs->depth && pc != theirs->first)
		return _URC_NO_REASON;
	if (theirs->depth == NI_TRACE_FRAMES_MAX)
		return _URC_END_OF_STACK;
	theirs->frames[theirs->depth++] = pc;
	return _URC_NO_REASON;
}

static bool is_new(const struct ni_trail *ours)
{
	uint64_t hash = NI_HASH_START;
	uint32_t key;

	for (unsigned i = 0; i < ours->depth; i++)
		hash = ni_hash_word(hash, ours->frames[i]);
	key = ni_hash_end(hash) | 1;
	for (uint32_t probe = 0; probe < 64; probe++) {
		uint32_t expected = 0;

		if (atomic_compare_exchange_strong(
			    &seen[(key + probe) % SEEN_MAX], &expected, key))
			return true;
		if (expected == key)
			return false;
	}
	return false;
}

static uintptr_t bias_of(uint32_t number)
{
	const struct ni_trace_header *trace = ni_recorder.trace;

	for (uint32_t ref = 1; ref < trace->cells_used;) {
		const struct ni_trace_module *module = ni_trace_at(ref);

		if (module->head.kind == NI_RECORD_MODULE &&
		    module->number == number)
			return module->bias;
		ref += module->head.cells;
	}
	return 0;
}

static uintptr_t address(uint64_t frame)
{
	return (uintptr_t)NI_FRAME_ADDRESS(frame) +
	       bias_of(NI_FRAME_MODULE(frame));
}

/* libgcc may continue past an address of 0; the recorder may stop if it sets a
 * flag. */
static bool agrees(const struct ni_trail *ours, const struct theirs *theirs)
{
	unsigned depth = theirs->depth;

	while (depth && !theirs->frames[depth - 1])
		depth--;
	if (ours->depth > depth)
		return false;
	for (unsigned i = 0; i < ours->depth; i++)
		if (address(ours->frames[i]) != theirs->frames[i])
			return false;
	return ours->depth == depth ||
	       (ours->flags & (NI_SITE_BROKEN | NI_SITE_SIGNAL));
}

static void show(const struct ni_trail *ours, const struct theirs *theirs)
{
	size_t used = strlen(text);

	for (unsigned i = 0; i < ours->depth; i++)
		used += (size_t)snprintf(text + used, used < TEXT_MAX ?
					 TEXT_MAX - used : 0, "%lx ",
					 (unsigned long)address(ours->frames[i]));
	used += (size_t)snprintf(text + used, used < TEXT_MAX ?
				 TEXT_MAX - used : 0, "flags %x | ",
				 ours->flags);
	for (unsigned i = 0; i < theirs->depth; i++)
		used += (size_t)snprintf(text + used, used < TEXT_MAX ?
					 TEXT_MAX - used : 0, "%lx ",
					 (unsigned long)theirs->frames[i]);
	snprintf(text + used, used < TEXT_MAX ? TEXT_MAX - used : 0, "\n");
}

static bool is_site(const struct ni_trace_site *site, const struct ni_trail *ours)
{
	return site && site->depth == ours->depth &&
	       !memcmp(site + 1, ours->frames,
		       ours->depth * sizeof(ours->frames[0]));
}

static void check(struct ni_caller caller)
{
	struct ni_trail ours;
	struct theirs theirs = { .first = caller.pc };

	if (is_checking || !start())
		return;
	is_checking = 1;
	calls++;
	ni_stack_walk(&caller, NI_TRACE_FRAMES_MAX, &ours);
	if (!is_site(ni_site_at(ni_site_find(&caller)), &ours) &&
	    !ni_recorder.trace->dropped[NI_DROPPED_SITES])
		stale++;
	if (is_new(&ours)) {
		stacks++;
		if (ours.depth && getenv("STACKCHECK_BREAK"))
			ours.frames[ours.depth - 1]++;
		_Unwind_Backtrace(take, &theirs);
		if (ours.flags & NI_SITE_BROKEN)
			short_ones += ours.depth < theirs.depth;
		if (!agrees(&ours, &theirs) && wrong++ < WRONG_SHOWN)
			show(&ours, &theirs);
	}
	is_checking = 0;
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("STACKCHECK_REPORT");
	char line[128];
	int fd, length;

	is_checking = 1;
	fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)
		  : -1;
	if (fd < 0)
		return;
	length = snprintf(line, sizeof(line),
			  "stacks %u calls %u short %u wrong %u stale %u\n",
			  (unsigned)stacks, (unsigned)calls,
			  (unsigned)short_ones, (unsigned)wrong,
			  (unsigned)stale);
	if (write(fd, line, (size_t)length) < 0 ||
	    write(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

/* ---- functions that most programs call
 * ---------------------------------------- */

void *__libc_malloc(size_t size);
void __libc_free(void *memory);
void *__libc_realloc(void *memory, size_t size);
void *__libc_calloc(size_t count, size_t size);

void *malloc(size_t size)
{
	check(NI_CALLER(open));
	return __libc_malloc(size);
}

void free(void *memory)
{
	check(NI_CALLER(close));
	__libc_free(memory);
}

void *realloc(void *memory, size_t size)
{
	check(NI_CALLER(open));
	return __libc_realloc(memory, size);
}

void *calloc(size_t count, size_t size)
{
	check(NI_CALLER(open));
	return __libc_calloc(count, size);
}
