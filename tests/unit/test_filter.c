/*
 * What is read off a filter, without a call being tried.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "common/array.h"
#include "filter.h"
#include "preload/filter.h"

static const struct {
	const char *name;
	struct filter_row row;
	bool allows_handover, spares_flag;
} filters[] = {
	{ "an unrelated call", { SYS_acct, -1, 0, 0, SECCOMP_RET_KILL_PROCESS },
	  true, true },
	{ "every fstat", { SYS_fstat, -1, 0, 0, SECCOMP_RET_ERRNO },
	  false, true },
	{ "setting flags", { SYS_fcntl, 1, ~0U, F_SETFD,
			     SECCOMP_RET_KILL_PROCESS }, false, true },
	{ "a lock", { SYS_fcntl, 1, ~0U, F_SETLK, SECCOMP_RET_KILL_PROCESS },
	  true, true },
	{ "a number", { SYS_fcntl, 0, ~0U, 7, SECCOMP_RET_KILL_PROCESS },
	  false, false },
	{ "the copy", { SYS_fcntl, 1, ~0U, F_DUPFD_CLOEXEC,
			SECCOMP_RET_KILL_PROCESS }, true, false },
	{ "a type of socket", { SYS_socket, 1, ~0U, SOCK_STREAM | SOCK_CLOEXEC,
				SECCOMP_RET_KILL_PROCESS }, true, false },
	{ "the same, refused", { SYS_socket, 1, SOCK_CLOEXEC, SOCK_CLOEXEC,
				 SECCOMP_RET_ERRNO }, true, true },
	{ "a family", { SYS_socketpair, 0, ~0U, AF_INET, SECCOMP_RET_TRAP },
	  true, false },
	{ "every accept4", { SYS_accept4, -1, 0, 0, SECCOMP_RET_TRACE },
	  true, false },
};

static void a_filter_is_read(void **state)
{
	struct filter filter;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		build_filter(&filter, &filters[i].row, 1);
		if (ni_filter_allows_handover(&filter.program) !=
			    filters[i].allows_handover ||
		    ni_filter_spares_flag(&filter.program) !=
			    filters[i].spares_flag)
			fail_msg("%s: misread", filters[i].name);
	}
}

/* What compilers of filters make: a search by greater and less, jumps, the
 * machine first; and what they do not. */
static void all_its_steps_are_followed(void **state)
{
	struct sock_filter tree[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x12345678, 4, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 100000, 1, 0),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_LEN(tree), tree };

	(void)state;
	assert_true(ni_filter_allows_handover(&program));
	assert_true(ni_filter_spares_flag(&program));
	tree[7] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	assert_false(ni_filter_allows_handover(&program));
	assert_false(ni_filter_spares_flag(&program));
	tree[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 1);
	assert_false(ni_filter_allows_handover(&program));
	assert_false(ni_filter_spares_flag(&program));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_is_read),
		cmocka_unit_test(all_its_steps_are_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
