/*
 * Rule 11: once the process has installed a seccomp filter, every call is made
 * exactly as the program makes it, and no other call is made.
 */
#include <netinet/in.h>

#include "filter.h"
#include "shim_case.h"

static struct filter filter;

static const struct filter_row nothing_forbidden[] = {
	{ SYS_acct, -1, 0, 0, SECCOMP_RET_ERRNO },
};

/* Calls that the shim would make and the program does not. */
static const struct filter_row the_shims_ways[] = {
	{ SYS_socket, 1, SOCK_CLOEXEC, SOCK_CLOEXEC, SECCOMP_RET_KILL_PROCESS },
	{ SYS_socketpair, 1, SOCK_CLOEXEC, SOCK_CLOEXEC,
	  SECCOMP_RET_KILL_PROCESS },
	{ SYS_accept4, 3, SOCK_CLOEXEC, SOCK_CLOEXEC, SECCOMP_RET_KILL_PROCESS },
	{ SYS_accept4, 3, ~0U, 0, SECCOMP_RET_KILL_PROCESS },
	{ SYS_recvmsg, 2, MSG_CMSG_CLOEXEC, MSG_CMSG_CLOEXEC,
	  SECCOMP_RET_KILL_PROCESS },
	{ SYS_recvmmsg, 3, MSG_CMSG_CLOEXEC, MSG_CMSG_CLOEXEC,
	  SECCOMP_RET_KILL_PROCESS },
	{ SYS_fcntl, 1, ~0U, F_DUPFD_CLOEXEC, SECCOMP_RET_KILL_PROCESS },
	{ SYS_fcntl, 1, ~0U, F_GETFD, SECCOMP_RET_KILL_PROCESS },
	{ SYS_fcntl, 1, ~0U, F_SETFD, SECCOMP_RET_KILL_PROCESS },
	{ SYS_newfstatat, -1, 0, 0, SECCOMP_RET_KILL_PROCESS },
	{ SYS_faccessat, -1, 0, 0, SECCOMP_RET_KILL_PROCESS },
	{ SYS_readlinkat, -1, 0, 0, SECCOMP_RET_KILL_PROCESS },
};

static struct sock_fprog *build(const struct filter_row *rows, size_t count)
{
	renounce_privileges();
	return build_filter(&filter, rows, count);
}

#define BUILD(rows) build(rows, ARRAY_LEN(rows))

static int by_prctl(struct sock_fprog *program)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program);
}

static int by_prctl_number(struct sock_fprog *program)
{
	return (int)syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
			    program, 0, 0);
}

static int by_seccomp(struct sock_fprog *program)
{
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, program);
}

static int by_seccomp_for_all_threads(struct sock_fprog *program)
{
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_TSYNC, program);
}

static int by_seccomp_with_listener(struct sock_fprog *program)
{
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, program);
}

static int (*const setters[])(struct sock_fprog *) = {
	by_prctl, by_prctl_number, by_seccomp, by_seccomp_for_all_threads,
	by_seccomp_with_listener,
};

static int (*set)(struct sock_fprog *);

static void a_filter_ends_enforcement_body(void)
{
	int before = new_socket();

	EXPECT(is_non_inheritable(before));
	EXPECT(set(BUILD(nothing_forbidden)) >= 0);
	EXPECT(is_inheritable(new_socket()));
	EXPECT(is_inheritable(dup(before)));
	EXPECT(is_inheritable(fcntl(before, F_DUPFD, 0)));
	EXPECT(is_inheritable((int)syscall(SYS_dup, before)));
	/* What was made before the filter is unchanged. */
	EXPECT(is_non_inheritable(before));
}

static void a_filter_ends_enforcement(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(setters); i++) {
		set = setters[i];
		in_child(a_filter_ends_enforcement_body);
	}
}

static int listener;

static int new_connection(void)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	getsockname(listener, (void *)&address, &length);
	EXPECT(connect(fd, (void *)&address, length) == 0);
	return fd;
}

static void open_listener(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT(is_non_inheritable(listener));
	EXPECT(bind(listener, (void *)&address, sizeof(address)) == 0);
	EXPECT(listen(listener, 8) == 0);
}

static void only_the_programs_own_calls_are_made_body(void)
{
	struct msghdr message = { 0 };
	struct mmsghdr vector = { .msg_len = 0 };
	int pair[2];

	open_listener();
	EXPECT(by_prctl(BUILD(the_shims_ways)) == 0);
	EXPECT(socket(AF_UNIX, SOCK_STREAM, 0) > 2);
	EXPECT(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	EXPECT(new_connection() > 2 && accept(listener, NULL, NULL) > 2);
	EXPECT(new_connection() > 2 &&
	       accept4(listener, NULL, NULL, SOCK_NONBLOCK) > 2);
	EXPECT(send(pair[0], "", 0, 0) == 0);
	EXPECT(recvmsg(pair[1], &message, 0) == 0);
	EXPECT(send(pair[0], "", 0, 0) == 0);
	EXPECT(recvmmsg(pair[1], &vector, 1, 0, NULL) == 1);
	EXPECT(dup(listener) > 2 && fcntl(listener, F_DUPFD, 0) > 2);
	EXPECT(dup2(listener, listener) == listener);
	EXPECT(dup2(pair[0], pair[1]) == pair[1]);
	EXPECT(close(pair[0]) == 0 && close_range(900, 901, 0) == 0);
	EXPECT(syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0) > 2);
	EXPECT(execl("/nonexistent", "x", "--fd=3", (char *)NULL) == -1);
	EXPECT(errno == ENOENT);
	EXPECT(execlp("nonexistent", "x", "--fd=3", (char *)NULL) == -1);
}

static void only_the_programs_own_calls_are_made(void **state)
{
	(void)state;
	in_child(only_the_programs_own_calls_are_made_body);
}

static void what_sets_no_filter_ends_nothing_body(void)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;
	struct seccomp_notif_sizes sizes;

	/* The questions that libseccomp asks before it sets a filter. */
	syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
	syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_TSYNC, NULL);
	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_NEW_LISTENER, NULL);
	syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL);
	EXPECT(is_non_inheritable(new_socket()));
	prctl(PR_GET_SECCOMP);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL);
	prctl(PR_SET_SECCOMP, 99);
	prctl(PR_SET_NAME, "test");
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	syscall(SYS_prctl, PR_GET_SECCOMP, 0, 0, 0, 0);
	EXPECT(is_non_inheritable(new_socket()));
	EXPECT(was_ours(new_socket()));
}

static void what_sets_no_filter_ends_nothing(void **state)
{
	(void)state;
	in_child(what_sets_no_filter_ends_nothing_body);
}

/* A filter applies to the child only: in the parent, whose memory a vfork child
 * shares, enforcement continues. */
static void a_childs_filter_is_not_the_parents(void **state)
{
	int status = -1;
	pid_t child;

	(void)state;
	child = vfork();
	if (child == 0) {
		renounce_privileges();
		_exit(by_prctl(build_filter(&filter, nothing_forbidden, 1)));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	child = fork();
	if (child == 0)
		_exit(by_prctl(BUILD(nothing_forbidden)));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	status = new_socket();
	assert_true(was_ours(status));
	close(status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHIM_CASE(a_filter_ends_enforcement),
		SHIM_CASE(only_the_programs_own_calls_are_made),
		SHIM_CASE(what_sets_no_filter_ends_nothing),
		SHIM_CASE(a_childs_filter_is_not_the_parents),
	};

	close_what_was_inherited();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
