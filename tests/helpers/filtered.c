/*
 * filtered: runs a program under a filter that it did not ask for, as a
 * container or a service manager does.
 *
 *	filtered FILTER COMMAND...
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter.h"

enum { ROWS = 4 };

#define ANSWER(error) (SECCOMP_RET_ERRNO | (error))
#define TYPE_FLAG(call, error) \
	{ call, 1, SOCK_CLOEXEC, SOCK_CLOEXEC, ANSWER(error) }

static const struct {
	const char *name;
	struct filter_row rows[ROWS];	/* ends with a row whose action is 0 */
} filters[] = {
	{ "nothing", { { 0 } } },
	{ "socket-einval", { TYPE_FLAG(SYS_socket, EINVAL),
			     TYPE_FLAG(SYS_socketpair, EINVAL) } },
	{ "socket-eperm", { TYPE_FLAG(SYS_socket, EPERM),
			    TYPE_FLAG(SYS_socketpair, EPERM) } },
	{ "accept4-enosys", { { SYS_accept4, 3, ~0U, SOCK_CLOEXEC,
				ANSWER(ENOSYS) } } },
	{ "accept4-eperm", { { SYS_accept4, 3, ~0U, SOCK_CLOEXEC,
			       ANSWER(EPERM) } } },
	{ "dupfd-einval", { { SYS_fcntl, 1, ~0U, F_DUPFD_CLOEXEC,
			      ANSWER(EINVAL) } } },
	{ "dupfd-eperm", { { SYS_fcntl, 1, ~0U, F_DUPFD_CLOEXEC,
			     ANSWER(EPERM) } } },
	{ "recvmsg-einval", { { SYS_recvmsg, 2, MSG_CMSG_CLOEXEC,
				MSG_CMSG_CLOEXEC, ANSWER(EINVAL) } } },
	{ "close-40", { { SYS_close, 0, ~0U, 40, ANSWER(EPERM) } } },
	/* Refuses every call that the shim might add; the program must work
	 * nevertheless. */
	{ "everything", { TYPE_FLAG(SYS_socket, EPERM),
			  TYPE_FLAG(SYS_socketpair, EPERM),
			  { SYS_fcntl, 1, ~0U, F_DUPFD_CLOEXEC, ANSWER(EPERM) },
			  { SYS_fcntl, 1, ~0U, F_SETFD, ANSWER(EPERM) } } },
};

static struct sock_fprog *find(struct filter *filter, const char *name)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		size_t count = 0;

		if (strcmp(filters[i].name, name))
			continue;
		while (count < ROWS && filters[i].rows[count].action)
			count++;
		return build_filter(filter, filters[i].rows, count);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct sock_fprog *program;
	struct filter filter;

	if (argc < 3)
		return 125;
	program = find(&filter, argv[1]);
	renounce_privileges();
	if (!program || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)) {
		fprintf(stderr, "filtered: no filter %s here\n", argv[1]);
		return 125;
	}
	execv(argv[2], argv + 2);
	return 126;
}
