/*
 * supervise.c - running a command as a child that should not notice it.
 */
#include "cli/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"
#include "cli/launch.h"
#include "cli/message.h"

/* What people and service managers send; other signals act on us as usual. */
static const int forwarded[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2,
};

static void awaited(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < ARRAY_LEN(forwarded); i++)
		sigaddset(set, forwarded[i]);
}

/* The terminal signals its whole foreground group, the child included: passed
 * on, the signal would arrive twice. */
static bool is_sent_to_us_alone(const siginfo_t *info)
{
	return info->si_code != SI_KERNEL;
}

/* Signals are blocked and taken one by one: no handler, nothing to race. */
static int wait_for(pid_t child, const sigset_t *set)
{
	siginfo_t info;
	int status;

	for (;;) {
		int signal_number = sigwaitinfo(set, &info);

		if (signal_number < 0)
			continue;
		if (signal_number != SIGCHLD) {
			if (is_sent_to_us_alone(&info))
				kill(child, signal_number);
			continue;
		}
		if (waitpid(child, &status, WNOHANG) == child)
			break;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

int ni_supervise(const char *verb, const char *path, char **argv,
		 const struct ni_reach *reach)
{
	struct sigaction standard = { .sa_handler = SIG_DFL }, before;
	sigset_t set, old;
	int status;
	pid_t child;

	awaited(&set);
	sigprocmask(SIG_BLOCK, &set, &old);
	/* If SIGCHLD is ignored, children vanish without being waited for. */
	sigaction(SIGCHLD, &standard, &before);
	child = fork();
	if (child == 0) {
		sigaction(SIGCHLD, &before, NULL);
		sigprocmask(SIG_SETMASK, &old, NULL);
		_exit(ni_launch(verb, path, argv, reach));
	}
	if (child < 0)
		status = ni_error(NI_EXIT_TROUBLE, "%s: cannot fork: %s", verb,
				  strerror(errno));
	else
		status = wait_for(child, &set);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return status;
}
