/*
 * Functions that the shim looks up at their first call (calls.def: LATER) work
 * while another thread holds the loader's lock: a signal handler may have
 * interrupted the thread that holds it, or a fork may have copied it locked.
 */
#include <dirent.h>
#include <link.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "shim_case.h"

enum { PATIENCE_S = 60 };

extern char **environ;

/* Each is the first call of that function in this process. */
static void *call_all(void *data)
{
	char *argv[] = { "true", NULL };
	bool *is_right = data;
	int status = -1;
	pid_t child;

	*is_right = !fclose(fopen("/dev/null", "r")) &&
		    !closedir(opendir("/")) &&
		    !posix_spawnp(&child, "true", NULL, NULL, argv, environ) &&
		    waitpid(child, &status, 0) == child && status == 0;
	return NULL;
}

static int call_under_lock(struct dl_phdr_info *info, size_t size, void *data)
{
	struct timespec end;
	pthread_t thread;

	(void)info;
	(void)size;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += PATIENCE_S;
	assert_int_equal(pthread_create(&thread, NULL, call_all, data), 0);
	assert_int_equal(pthread_timedjoin_np(thread, NULL, &end), 0);
	return 1;
}

static void as_natively_first_calls_wait_for_no_lock(void **state)
{
	bool is_right = false;

	(void)state;
	dl_iterate_phdr(call_under_lock, &is_right);
	assert_true(is_right);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_natively_first_calls_wait_for_no_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
