/*
 * filter.h - seccomp filters from rows: a call, with these bits in that
 * argument, has this result; everything else is allowed.
 */
#ifndef TESTS_FILTER_H
#define TESTS_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>

#include "common/raw.h"

struct filter_row {
	unsigned call;
	int argument;		/* -1: any arguments */
	uint32_t mask, value;	/* (argument & mask) == value */
	uint32_t action;	/* SECCOMP_RET_... */
};

enum { FILTER_MAX = 128 };

struct filter {
	struct sock_filter code[FILTER_MAX];
	struct sock_fprog program;
};

static inline void add_step(struct filter *filter, unsigned short code,
			    uint32_t k, unsigned char otherwise)
{
	filter->code[filter->program.len++] =
		(struct sock_filter){ code, 0, otherwise, k };
}

/* The low half of an argument; the supported machines are little-endian. */
static inline uint32_t place_of(int argument)
{
	return (uint32_t)offsetof(struct seccomp_data, args) +
	       8 * (uint32_t)argument;
}

static inline struct sock_fprog *build_filter(struct filter *filter,
					      const struct filter_row *rows,
					      size_t count)
{
	filter->program.len = 0;
	filter->program.filter = filter->code;
	for (size_t i = 0; i < count; i++) {
		const struct filter_row *row = &rows[i];
		unsigned char rest = row->argument < 0 ? 1 : 4;

		add_step(filter, BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr), 0);
		add_step(filter, BPF_JMP | BPF_JEQ | BPF_K, row->call, rest);
		if (row->argument >= 0) {
			add_step(filter, BPF_LD | BPF_W | BPF_ABS,
				 place_of(row->argument), 0);
			add_step(filter, BPF_ALU | BPF_AND | BPF_K, row->mask,
				 0);
			add_step(filter, BPF_JMP | BPF_JEQ | BPF_K, row->value,
				 1);
		}
		add_step(filter, BPF_RET | BPF_K, row->action, 0);
	}
	add_step(filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0);
	return &filter->program;
}

/* Needed unless run as root, and harmless then. A raw call: no hook sees it. */
static inline void renounce_privileges(void)
{
	ni_raw6(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
}

#endif
