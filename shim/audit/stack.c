/*
 * stack.c - walks the caller's frames by remembered rules, until one is broken
 * or enough are kept.
 */
#include "audit/stack.h"

#include <stdatomic.h>
#include <string.h>

#include "audit/frame_machine.h"
#include "audit/hash.h"
#include "audit/modules.h"
#include "audit/recorder.h"
#include "common/raw.h"

enum { MEMO_COUNT = 4096, MEMO_PROBES = 4, KEY_NONE = 0, KEY_BUSY = 1 };

/* No frame of a real program is larger. */
#define FRAME_MAX ((uintptr_t)16 << 20)

/* What is known of one return address. It depends only on the key, so a reader
 * only has to see that the key is the same before and after. */
struct memo {
	atomic_uintptr_t key;
	uint64_t frame;
	struct ni_frame_rule rule;
};

/* One frame during a walk. */
struct position {
	uintptr_t pc, sp, bp;
	uintptr_t bp_address;	/* where bp was saved; 0: still in its register */
	uintptr_t limit;	/* the stack does not reach further */
	uintptr_t checked;	/* a page that can be read, or 0 */
	bool has_bp;
	bool is_guessed;	/* a frame pointer led here: check all reads */
};

static struct memo memos[MEMO_COUNT];

/* ---- rules by address ---------------------------------------------------- */

/* The kernel copies the 8 bytes before it sees that the operation does not
 * exist. */
static bool is_readable(uintptr_t address)
{
	return ni_raw6(SYS_rt_sigprocmask, -1, (long)address, 0, 8, 0, 0) ==
	       -EINVAL;
}

/* Code in no file, which a runtime made. */
static struct ni_frame_rule guess_rule(uintptr_t pc)
{
	uint8_t after[8];

	if (is_readable(pc)) {
		memcpy(after, (const void *)pc, sizeof(after));
		if (ni_is_end_of_stub(after))
			return NI_FRAME_STUB_RULE;
	}
	return NI_FRAME_RECORD_RULE;
}

/* Return: whether that holds as long as no module is unloaded. */
static bool read_rule(uintptr_t pc, uint64_t *frame, struct ni_frame_rule *rule)
{
	struct ni_mapped module;
	bool is_found = ni_modules_find(pc - 1, &module);

	if (is_found) {
		*frame = module.number ?
			(uint64_t)module.number << 48 | (pc - module.bias) : pc;
		*rule = ni_frame_rule_of(&module, pc - 1);
	} else {
		*frame = NI_FRAME_ADDRESS(pc);
		*rule = (struct ni_frame_rule){ .is_missing = true };
	}
	if (rule->is_missing && ni_recorder.has_scripts)
		*rule = is_found ? NI_FRAME_RECORD_RULE : guess_rule(pc);
	return is_found;
}

static bool read_memo(const struct memo *memo, uintptr_t key, uint64_t *frame,
		   struct ni_frame_rule *rule)
{
	if (atomic_load_explicit(&memo->key, memory_order_acquire) != key)
		return false;
	*frame = memo->frame;
	*rule = memo->rule;
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&memo->key, memory_order_relaxed) == key;
}

/* Only the one who made the key busy may write; others give up. */
static void write_memo(struct memo *memo, uintptr_t old, uintptr_t key,
		 uint64_t frame, const struct ni_frame_rule *rule)
{
	if (old == KEY_BUSY ||
	    !atomic_compare_exchange_strong_explicit(&memo->key, &old, KEY_BUSY,
			memory_order_acq_rel, memory_order_relaxed))
		return;
	memo->frame = frame;
	memo->rule = *rule;
	atomic_store_explicit(&memo->key, key, memory_order_release);
}

static void find_rule(uintptr_t pc, uint64_t *frame, struct ni_frame_rule *rule)
{
	size_t first = (pc ^ pc >> 12) & (MEMO_COUNT - 1);
	struct memo *free = &memos[first];
	uintptr_t old = KEY_BUSY;

	for (size_t probe = 0; probe < MEMO_PROBES; probe++) {
		struct memo *memo = &memos[(first + probe) & (MEMO_COUNT - 1)];

		if (read_memo(memo, pc, frame, rule))
			return;
		old = atomic_load_explicit(&memo->key, memory_order_relaxed);
		free = memo;
		if (old == KEY_NONE)
			break;
	}
	if (read_rule(pc, frame, rule) && pc > KEY_BUSY)
		write_memo(free, old, pc, *frame, rule);
}

void ni_stack_forget(void)
{
	for (size_t i = 0; i < MEMO_COUNT; i++) {
		uintptr_t old = memos[i].key;

		if (old != KEY_NONE && old != KEY_BUSY)
			atomic_compare_exchange_strong(&memos[i].key, &old,
						       KEY_NONE);
	}
}

/* ---- walking ------------------------------------------------------------- */

static uint64_t word_at(uintptr_t address)
{
	uint64_t word;

	memcpy(&word, (const void *)address, sizeof(word));
	return word;
}

/* Notes that the walk depended on a word of the stack. */
static void depend(struct ni_trail *stack, uintptr_t sp, uintptr_t address,
		   uint64_t word)
{
	uintptr_t distance = address - sp;

	if (stack->count == NI_STACK_WORDS || distance % 8 ||
	    distance / 8 > UINT32_MAX) {
		stack->is_repeatable = false;
		return;
	}
	stack->steps[stack->count] = (uint32_t)(distance / 8);
	stack->words[stack->count] = word;
	stack->count++;
}

static void depend_on_bp(struct ni_trail *stack, uintptr_t sp,
			 const struct position *position)
{
	if (position->bp_address)
		depend(stack, sp, position->bp_address, position->bp);
	else
		stack->used_bp = true;
}

/*
 * Where the stack that sp is on must end: above the main thread's there are the
 * arguments, above another's its thread block. For a stack that the program
 * made itself, no limit is known.
 */
static uintptr_t stack_limit(uintptr_t sp)
{
	const uintptr_t size_max = (uintptr_t)1 << 30;
	uintptr_t thread = (uintptr_t)__builtin_thread_pointer();

	if (ni_recorder.stack_end - sp < size_max)
		return ni_recorder.stack_end;
	if (thread - sp < size_max)
		return thread;
	return UINTPTR_MAX;
}

/* A page at a time. */
static bool is_checked(struct position *position, uintptr_t address)
{
	uintptr_t page = address & ~(uintptr_t)4095;

	if (!position->is_guessed || page == position->checked)
		return true;
	if (!is_readable(address))
		return false;
	position->checked = page;
	return true;
}

/* May the word at base + offset be read: on this stack, at or above sp? */
static bool is_on_stack(struct position *position, uintptr_t address)
{
	return address % 8 == 0 && address >= position->sp &&
	       address - position->sp < FRAME_MAX &&
	       address < position->limit && is_checked(position, address);
}

/* The caller's stack pointer, or 0 if the rule cannot be followed. */
static uintptr_t frame_end(struct ni_trail *stack, uintptr_t sp,
			   struct position *position,
			   const struct ni_frame_rule *rule)
{
	uintptr_t at, cfa;

	if (rule->cfa == NI_PLACE_SP)
		return position->sp + (intptr_t)rule->cfa_offset;
	if (rule->cfa == NI_PLACE_AT_SP) {
		at = position->sp + (intptr_t)rule->cfa_offset;
		return is_on_stack(position, at) ? word_at(at) : 0;
	}
	if (rule->cfa == NI_PLACE_BROKEN || !position->has_bp)
		return 0;
	depend_on_bp(stack, sp, position);
	at = position->bp + (intptr_t)rule->cfa_offset;
	if (rule->cfa == NI_PLACE_BP)
		return at;
	if (!is_on_stack(position, at))
		return 0;
	cfa = word_at(at);
	depend(stack, sp, at, cfa);
	return cfa;
}

/* Where the caller's register was saved, or 0. */
static uintptr_t saved_at(enum ni_place place, int32_t offset,
			  struct position *position, uintptr_t cfa)
{
	uintptr_t at = 0;

	if (place == NI_PLACE_AT_CFA)
		at = cfa + (intptr_t)offset;
	else if (place == NI_PLACE_AT_SP)
		at = position->sp + (intptr_t)offset;
	else if (place == NI_PLACE_AT_BP && position->has_bp)
		at = position->bp + (intptr_t)offset;
	return is_on_stack(position, at) ? at : 0;
}

/* A frame ends above its start, not far away, and on the same stack. */
static bool is_plausible(const struct position *position, uintptr_t cfa)
{
	return cfa % 8 == 0 && cfa > position->sp &&
	       cfa - position->sp < FRAME_MAX && cfa <= position->limit;
}

static void restore_bp(struct position *next, struct position *position,
		       const struct ni_frame_rule *rule, uintptr_t cfa)
{
	if (rule->bp == NI_PLACE_SAME)
		return;
	next->bp_address = saved_at(rule->bp, rule->bp_offset, position, cfa);
	next->has_bp = next->bp_address != 0;
	if (next->has_bp)
		next->bp = word_at(next->bp_address);
}

/* A frame record is followed only on a stack whose end is known, and no word to
 * which it leads is remembered: the next time, there may be no memory there. */
static bool begin_guess(struct ni_trail *stack, struct position *position,
			const struct ni_frame_rule *rule)
{
	stack->is_repeatable = false;
	position->is_guessed = true;
	if (position->limit == UINTPTR_MAX)
		return false;
	return rule->cfa == NI_PLACE_SP ||
	       (position->has_bp && position->bp >= position->sp);
}

/* The return address in a frame record must be in code; in a file's code, a
 * call must come before it. (Some runtimes push one without a call.) */
static bool is_return_address(uintptr_t pc)
{
	uint8_t before[8];
	struct ni_mapped module;

	if (pc < sizeof(before) || !is_readable(pc - sizeof(before)))
		return false;
	if (!ni_modules_find(pc - 1, &module))
		return true;
	memcpy(before, (const void *)(pc - sizeof(before)), sizeof(before));
	return ni_is_call(before);
}

/* Goes to the caller. Return: whether there is one. */
static bool step(struct ni_trail *stack, uintptr_t sp,
		 struct position *position, const struct ni_frame_rule *rule)
{
	struct position next;
	uintptr_t cfa = 0, at = 0;

	if (!rule->is_record || begin_guess(stack, position, rule))
		cfa = frame_end(stack, sp, position, rule);
	if (is_plausible(position, cfa))
		at = saved_at(rule->pc, rule->pc_offset, position, cfa);
	if (at && rule->is_record &&
	    !is_return_address(ni_return_address(word_at(at))))
		at = 0;
	if (!at) {
		stack->flags |= NI_SITE_BROKEN;
		return false;
	}
	next = *position;
	next.pc = ni_return_address(word_at(at));
	depend(stack, sp, at, word_at(at));
	restore_bp(&next, position, rule, cfa);
	next.checked = position->checked;
	next.sp = cfa;
	*position = next;
	return next.pc != 0;
}

void ni_stack_walk(const struct ni_caller *caller, unsigned frames_max,
		   struct ni_trail *stack)
{
	struct position position = {
		.pc = caller->pc, .sp = caller->sp, .bp = caller->bp,
		.limit = stack_limit(caller->sp), .has_bp = true,
	};
	struct ni_frame_rule rule;

	stack->depth = 0;
	stack->count = 0;
	stack->flags = 0;
	stack->used_bp = false;
	stack->is_repeatable = true;
	do {
		find_rule(position.pc, &stack->frames[stack->depth++], &rule);
		if (rule.is_signal)
			stack->flags |= NI_SITE_SIGNAL;
		if (rule.pc == NI_PLACE_END || rule.is_signal ||
		    ni_is_outermost(position.bp))
			return;
		if (stack->depth == frames_max) {
			stack->flags |= NI_SITE_CUT;
			return;
		}
	} while (step(stack, caller->sp, &position, &rule));
}
