/*
 * site.c - finds the record of a stack by its hash, or writes it, and counts
 * in it.
 */
#include "audit/site.h"

#include <stdatomic.h>
#include <string.h>

#include "audit/hash.h"
#include "audit/recorder.h"
#include "audit/stack.h"
#include "audit/trace_writer.h"

/*
 * The stacks seen last, for each thread: an entry is written and read only by
 * its thread, or by a signal handler in it, which finds it busy. Threads for
 * which there is no memory walk every time.
 */
enum { MEMORIES = 64, RECENT_COUNT = 16 };

/* A stack seen before, and the words on which it depended. */
struct recent {
	uint32_t site;
	uint16_t call, count;
	uintptr_t pc, sp, bp;
	bool used_bp;
	uint32_t steps[NI_STACK_WORDS];
	uint64_t words[NI_STACK_WORDS];
};

struct memory {
	/* The thread pointer. Nobody gives a memory back; libc reuses the
	 * thread blocks of threads that ended, and so does this. */
	atomic_uintptr_t owner;
	uint32_t forgotten;		/* as of which ni_site_forget() */
	bool is_busy;
	struct recent recents[RECENT_COUNT];
};

static struct memory memories[MEMORIES];
static struct memory no_memory = { .is_busy = true };
static atomic_uint_least32_t forgotten;

static __thread struct memory *own
	__attribute__((tls_model("initial-exec")));

/* ---- the stacks seen last ------------------------------------------------ */

static __attribute__((noinline)) struct memory *find_memory(void)
{
	uintptr_t thread = (uintptr_t)__builtin_thread_pointer();
	size_t first = (thread >> 12 ^ thread >> 20) % MEMORIES;

	for (size_t probe = 0; probe < MEMORIES; probe++) {
		struct memory *memory = &memories[(first + probe) % MEMORIES];
		uintptr_t owner = 0;

		if (atomic_compare_exchange_strong(&memory->owner, &owner,
						   thread) || owner == thread) {
			/* A thread that has ended may have left it busy. */
			memory->is_busy = false;
			return own = memory;
		}
	}
	return own = &no_memory;
}

static struct recent *recent_of(struct memory *memory,
				const struct ni_caller *caller)
{
	uintptr_t mixed = (caller->sp >> 4) * 5 + caller->pc + caller->call;

	return &memory->recents[(mixed ^ mixed >> 8) % RECENT_COUNT];
}

/* Compares the innermost words first: as long as they are equal, the next one
 * is on this stack, too. */
static inline bool is_same_stack(const struct recent *recent,
				 const struct ni_caller *caller)
{
	const uint64_t *stack = (const uint64_t *)caller->sp;
	const unsigned count = recent->count;

	if (recent->pc != caller->pc || recent->sp != caller->sp ||
	    recent->call != caller->call ||
	    (recent->used_bp && recent->bp != caller->bp))
		return false;
#pragma GCC unroll 4
	for (unsigned i = 0; i < count; i++)
		if (stack[recent->steps[i]] != recent->words[i])
			return false;
	return true;
}

static void clear(struct memory *memory, uint32_t now)
{
	for (size_t i = 0; i < RECENT_COUNT; i++)
		memory->recents[i].pc = 0;
	memory->forgotten = now;
}

static void note(struct recent *recent, const struct ni_caller *caller,
		 const struct ni_trail *stack, uint32_t site)
{
	recent->site = site;
	recent->pc = caller->pc;
	recent->sp = caller->sp;
	recent->bp = caller->bp;
	recent->call = (uint16_t)caller->call;
	recent->count = stack->count;
	recent->used_bp = stack->used_bp;
	memcpy(recent->steps, stack->steps, stack->count * sizeof(uint32_t));
	memcpy(recent->words, stack->words, stack->count * sizeof(uint64_t));
}

void ni_site_forget(void)
{
	atomic_fetch_add(&forgotten, 1);
}

/* ---- records ------------------------------------------------------------- */

struct wanted {
	const struct ni_trail *stack;
	enum ni_trace_call call;
};

static bool is_same(const void *record, const void *data)
{
	const struct ni_trace_site *site = record;
	const struct wanted *wanted = data;

	return site->call == wanted->call &&
	       site->depth == wanted->stack->depth &&
	       site->flags == wanted->stack->flags &&
	       !memcmp(site + 1, wanted->stack->frames,
		       site->depth * sizeof(uint64_t));
}

static uint32_t key_of(const struct wanted *wanted)
{
	uint64_t hash = ni_hash_word(NI_HASH_START, wanted->call);

	for (unsigned i = 0; i < wanted->stack->depth; i++)
		hash = ni_hash_word(hash, wanted->stack->frames[i]);
	return ni_hash_end(hash);
}

static uint32_t enter(const struct wanted *wanted, uint32_t key)
{
	const size_t size = wanted->stack->depth * sizeof(uint64_t);
	struct ni_trace_site *site;

	site = ni_trace_claim(NI_RECORD_SITE, sizeof(*site) + size, key,
			      NI_ROOM_SITE, NI_DROPPED_SITES);
	if (!site)
		return 0;
	site->call = (uint16_t)wanted->call;
	site->depth = wanted->stack->depth;
	site->flags = wanted->stack->flags;
	memcpy(site + 1, wanted->stack->frames, size);
	return ni_trace_ref(ni_trace_enter(site, is_same, wanted));
}

/* A function of its own, so that the common case needs no large frame. */
static __attribute__((noinline))
uint32_t find_by_walk(const struct ni_caller *caller, struct recent *recent)
{
	struct ni_trail stack;
	struct wanted wanted = { &stack, caller->call };
	uint32_t key, site;

	ni_stack_walk(caller, ni_recorder.frames_max, &stack);
	key = key_of(&wanted);
	site = ni_trace_ref(ni_trace_seek(NI_RECORD_SITE, key, is_same,
					  &wanted));
	if (!site)
		site = enter(&wanted, key);
	if (site && recent && stack.is_repeatable)
		note(recent, caller, &stack, site);
	return site;
}

uint32_t ni_site_find(const struct ni_caller *caller)
{
	struct memory *memory = own ? own : find_memory();
	uint32_t site, now;
	struct recent *recent;

	if (memory->is_busy)
		return find_by_walk(caller, NULL);
	/* Only a signal handler of this thread can come in between. */
	memory->is_busy = true;
	atomic_signal_fence(memory_order_seq_cst);
	now = atomic_load_explicit(&forgotten, memory_order_relaxed);
	if (memory->forgotten != now)
		clear(memory, now);
	recent = recent_of(memory, caller);
	site = is_same_stack(recent, caller) ? recent->site :
	       find_by_walk(caller, recent);
	atomic_signal_fence(memory_order_seq_cst);
	memory->is_busy = false;
	return site;
}

bool ni_site_count_partner(struct ni_trace_partner partners[NI_PARTNERS],
			   uint32_t partner)
{
	for (unsigned i = 0; i < NI_PARTNERS && partner; i++) {
		uint32_t known = __atomic_load_n(&partners[i].site,
						 __ATOMIC_RELAXED);

		if (!known &&
		    __atomic_compare_exchange_n(&partners[i].site, &known,
						partner, false,
						__ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			known = partner;
		if (known != partner)
			continue;
		ni_trace_count(&partners[i].count);
		return true;
	}
	ni_trace_drop(NI_DROPPED_PARTNERS, 1);
	return false;
}
