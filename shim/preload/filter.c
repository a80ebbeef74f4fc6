/*
 * filter.c - runs a seccomp filter on the calls that matter, as far as it asks for
 * what is known of them.
 */
#include "preload/filter.h"

#if __has_include(<linux/seccomp.h>)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#endif
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifdef __x86_64__
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#else
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

enum { NO_ARGUMENT = -1 };

/* A call of which the number and perhaps one argument are known. */
struct call {
	uint16_t number, value;
	int8_t argument;
};

/* No action of a filter's: it depends on what is not known. */
enum { UNKNOWN = 1 };

/* Reads the word at @offset of what the kernel shows to the filter. */
static bool load(const struct call *call, uint32_t offset, uint32_t *word)
{
	const uint32_t known = (uint32_t)
		offsetof(struct seccomp_data, args[call->argument]);

	if (offset == offsetof(struct seccomp_data, nr))
		*word = (uint32_t)call->number;
	else if (offset == offsetof(struct seccomp_data, arch))
		*word = THIS_ARCHITECTURE;
	else if (call->argument != NO_ARGUMENT && (offset & ~7U) == known)
		*word = offset == known ? call->value : 0;
	else
		return false;
	return true;
}

static bool is_true(const struct sock_filter *step, uint32_t word)
{
	switch (BPF_OP(step->code)) {
	case BPF_JEQ:
		return word == step->k;
	case BPF_JGT:
		return word > step->k;
	case BPF_JGE:
		return word >= step->k;
	default:
		return word & step->k;
	}
}

/* The filter's action. Filters are compiled to few kinds of steps; of any other
 * nothing is known. The kernel has checked that all jumps stay inside. */
static uint32_t answer(const struct sock_fprog *filter, const struct call *call)
{
	const struct sock_filter *step = filter->filter;
	uint32_t word = 0;
	bool is_known = true;

	for (;; step++) {
		switch (step->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			is_known = load(call, step->k, &word);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			word &= step->k;
			break;
		case BPF_JMP | BPF_JA:
			step += step->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			if (!is_known)
				return UNKNOWN;
			step += is_true(step, word) ? step->jt : step->jf;
			break;
		case BPF_RET | BPF_K:
			return step->k & SECCOMP_RET_ACTION_FULL;
		default:
			return UNKNOWN;
		}
	}
}

#define CALL(name) { SYS_##name, 0, NO_ARGUMENT }
#define CALL_WITH(name, argument, value) { SYS_##name, value, argument }

/* What a hand-over asks and does, up to where the new image has taken the
 * descriptors in. */
static const struct call handover[] = {
	CALL_WITH(fcntl, 1, F_GETFD), CALL_WITH(fcntl, 1, F_SETFD),
	CALL(getpeername), CALL(fstat), CALL(newfstatat), CALL(readlinkat),
	CALL(faccessat), CALL(getcwd), CALL(getpid), CALL(getppid),
	CALL(prlimit64), CALL(rt_sigprocmask), CALL(clone), CALL(exit),
	CALL(tgkill), CALL(sched_yield),
	CALL_WITH(prctl, 0, PR_GET_PDEATHSIG),
	CALL_WITH(prctl, 0, PR_SET_PDEATHSIG),
};

bool ni_filter_allows_handover(const struct sock_fprog *filter)
{
	for (size_t i = 0; i < sizeof(handover) / sizeof(*handover); i++)
		if (answer(filter, &handover[i]) != SECCOMP_RET_ALLOW)
			return false;
	return true;
}

/* Calls with a flag of ours in an argument that is not known, and what a program
 * calls that we make so. */
static const struct call flagged[] = {
	CALL(socket), CALL(socketpair), CALL(accept4), CALL(recvmsg),
	CALL(recvmmsg), CALL_WITH(fcntl, 1, F_DUPFD_CLOEXEC),
};

/* All that it ever answers is that a call is allowed, or fails: then ours is
 * made again in the program's way. */
static bool only_refuses(const struct sock_fprog *filter)
{
	for (unsigned i = 0; i < filter->len; i++) {
		const struct sock_filter *step = &filter->filter[i];
		uint32_t action = step->k & SECCOMP_RET_ACTION_FULL;

		if (BPF_CLASS(step->code) == BPF_RET &&
		    (step->code != (BPF_RET | BPF_K) ||
		     (action != SECCOMP_RET_ALLOW &&
		      action != SECCOMP_RET_ERRNO)))
			return false;
	}
	return true;
}

bool ni_filter_spares_flag(const struct sock_fprog *filter)
{
	if (only_refuses(filter))
		return true;
	for (size_t i = 0; i < sizeof(flagged) / sizeof(*flagged); i++) {
		uint32_t action = answer(filter, &flagged[i]);

		if (action != SECCOMP_RET_ALLOW && action != SECCOMP_RET_ERRNO)
			return false;
	}
	return true;
}
