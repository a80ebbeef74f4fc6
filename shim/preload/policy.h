/*
 * policy.h - what is in force in this process: the settings at its start, less
 * what has been switched off since. Reads the environment once and never asks
 * the kernel.
 */
#ifndef NI_PRELOAD_POLICY_H
#define NI_PRELOAD_POLICY_H

#include <stdbool.h>

#include "common/settings.h"

#pragma GCC visibility push(hidden)

struct ni_policy {
	bool is_read;
	bool is_enforcing;	/* false: off, or has_filter */
	/* The process has a seccomp filter of its own, which may allow exactly
	 * the calls that the program makes (rule 11). */
	bool has_filter;
	/* What could not be read off that filter: that it allows a hand-over,
	 * and that it does not kill for the flag. */
	bool filter_may_forbid, filter_may_kill;
	bool hands_over;
	bool is_compat;		/* rules 3, 5, 7, 9, 10, 13 and dup2(a, a) */
	bool keeps_numbers;	/* NOINHERIT_KEEP names result numbers ... */
	bool keeps_kinds;	/* ... families or types ... */
	/* Latches: a kernel or an inherited filter without the atomic call. */
	bool lacks_socket_flag, has_socket_flag;
	bool lacks_accept4, has_accept4;
	struct ni_settings settings;
};

/* The same, as single values for the hot calls to test; 0: use the slow
 * path. */
struct ni_fast {
	int socket_flag;	/* SOCK_CLOEXEC */
	bool dup;
	bool accept;
	bool receive;
};

extern struct ni_policy ni_policy;
extern struct ni_fast ni_fast;

/* Reads the settings. For the constructor; safe to call again, and earlier. */
void ni_policy_read(void);

/* The policy, read now if a call came before the constructor. */
static inline const struct ni_policy *ni_policy_now(void)
{
	if (__builtin_expect(!ni_policy.is_read, 0))
		ni_policy_read();
	return &ni_policy;
}

/* Sets ni_fast from the policy and from which objects come after us. */
void ni_policy_choose_fast(void);

/* Rule 11: from now on, no call of this process is changed. */
struct sock_fprog;
void ni_policy_stop(const struct sock_fprog *filter);

/* Is this family of calls to be enforced? */
static inline bool ni_enforces(enum ni_scope scope)
{
	const struct ni_policy *policy = ni_policy_now();

	return policy->is_enforcing && (policy->settings.scope & scope);
}

static inline bool ni_is_compat(void)
{
	const struct ni_policy *policy = ni_policy_now();

	return policy->is_enforcing && policy->is_compat;
}

/* May descriptors be handed over (rule 9)? What was enforced before the filter
 * must survive a reload, too, if the calls for that are allowed. */
static inline bool ni_hands_over(void)
{
	const struct ni_policy *policy = ni_policy_now();

	return policy->hands_over && !policy->filter_may_forbid;
}

/* Does NOINHERIT_KEEP leave this result, or this kind of socket, alone? */
bool ni_keeps_number(int fd);
bool ni_keeps_kind(int family, int type);

#pragma GCC visibility pop

#endif
