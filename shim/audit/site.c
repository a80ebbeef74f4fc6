#include "site.h"

#include <stdatomic.h>
#include <string.h>

#include "hash.h"
#include "recorder.h"
#include "stack.h"
#include "trace_writer.h"

/* Stacks seen last. Threads do not meet: their stack pointers differ. */
enum { RECENT_COUNT = 128 };

/*
 * A stack seen before, and the words that made it what it was. Guarded by a
 * sequence number, odd while somebody writes; nobody waits for it.
 */
struct recent {
	atomic_uint_least32_t sequence;
	uint32_t site;
	uintptr_t pc, sp, bp;
	uint16_t call, count;
	bool used_bp;
	uint32_t steps[NI_STACK_WORDS];
	uint64_t words[NI_STACK_WORDS];
};

static struct recent recents[RECENT_COUNT];

/* ---- the stacks seen last ---------------------------------------------------------- */

static struct recent *recent_of(const struct ni_caller *caller)
{
	uintptr_t mixed = (caller->sp >> 4) * 31 + caller->pc + caller->call;

	return &recents[(mixed ^ mixed >> 9) % RECENT_COUNT];
}

/* Is the entry still as it was when its sequence number was @before? */
static bool is_unchanged(const struct recent *recent, uint32_t before)
{
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&recent->sequence, memory_order_relaxed) ==
	       before;
}

/* Compares innermost words first: as long as they are equal, the next one lies
 * on this stack, too. A step is followed only if nobody was writing it. */
static bool is_same_stack(const struct recent *recent, uint32_t before,
			  const struct ni_caller *caller)
{
	const uint64_t *stack = (const uint64_t *)caller->sp;

	if (recent->pc != caller->pc || recent->sp != caller->sp ||
	    recent->call != caller->call ||
	    (recent->used_bp && recent->bp != caller->bp))
		return false;
	for (unsigned i = 0; i < recent->count; i++) {
		uint32_t step = recent->steps[i];
		uint64_t word = recent->words[i];

		if (!is_unchanged(recent, before) || stack[step] != word)
			return false;
	}
	return true;
}

static uint32_t recall(const struct recent *recent,
		       const struct ni_caller *caller)
{
	uint32_t before = atomic_load_explicit(&recent->sequence,
					       memory_order_acquire);
	uint32_t site;

	if ((before & 1) || !is_same_stack(recent, before, caller))
		return 0;
	site = recent->site;
	return is_unchanged(recent, before) ? site : 0;
}

static bool begin_write(struct recent *recent, uint32_t *before)
{
	*before = atomic_load_explicit(&recent->sequence, memory_order_relaxed);
	return !(*before & 1) &&
	       atomic_compare_exchange_strong_explicit(&recent->sequence,
			before, *before + 1, memory_order_acq_rel,
			memory_order_relaxed);
}

static void note(struct recent *recent, const struct ni_caller *caller,
		 const struct ni_stack *stack, uint32_t site)
{
	uint32_t before;

	if (!stack->is_repeatable || !begin_write(recent, &before))
		return;
	recent->site = site;
	recent->pc = caller->pc;
	recent->sp = caller->sp;
	recent->bp = caller->bp;
	recent->call = (uint16_t)caller->call;
	recent->count = stack->count;
	recent->used_bp = stack->used_bp;
	memcpy(recent->steps, stack->steps, stack->count * sizeof(uint32_t));
	memcpy(recent->words, stack->words, stack->count * sizeof(uint64_t));
	atomic_store_explicit(&recent->sequence, before + 2,
			      memory_order_release);
}

void ni_site_forget(void)
{
	for (size_t i = 0; i < RECENT_COUNT; i++) {
		uint32_t before;

		if (!begin_write(&recents[i], &before))
			continue;
		recents[i].pc = 0;
		atomic_store_explicit(&recents[i].sequence, before + 2,
				      memory_order_release);
	}
}

/* An entry that another thread was writing would stay odd for ever. */
void ni_site_forked(void)
{
	for (size_t i = 0; i < RECENT_COUNT; i++) {
		if (!(recents[i].sequence & 1))
			continue;
		recents[i].pc = 0;
		recents[i].sequence++;
	}
}

/* ---- records ------------------------------------------------------------------------- */

struct wanted {
	const struct ni_stack *stack;
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

/* Apart, so that the common way needs no large frame. */
static __attribute__((noinline))
uint32_t find_by_walk(const struct ni_caller *caller, struct recent *recent)
{
	struct ni_stack stack;
	struct wanted wanted = { &stack, caller->call };
	uint32_t key, site;

	ni_stack_walk(caller, ni_recorder.frames_max, &stack);
	key = key_of(&wanted);
	site = ni_trace_ref(ni_trace_find(NI_RECORD_SITE, key, is_same,
					  &wanted));
	if (!site)
		site = enter(&wanted, key);
	if (site)
		note(recent, caller, &stack, site);
	return site;
}

uint32_t ni_site_find(const struct ni_caller *caller)
{
	struct recent *recent = recent_of(caller);
	uint32_t site = recall(recent, caller);

	return site ? site : find_by_walk(caller, recent);
}

struct ni_trace_site *ni_site_at(uint32_t site)
{
	return ni_trace_at(site);
}

void ni_site_count_partner(struct ni_trace_partner partners[NI_PARTNERS],
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
		return;
	}
	ni_trace_drop(NI_DROPPED_PARTNERS, 1);
}
