/*
 * faults.h - stands between the library and libc, in the test program.
 *
 * Included by one file of a test. It defines every call of lib/system.def
 * anew: each is written down, and fails when a rule says so. The test's own
 * calls come here, too, so rules are set right before the call in question.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

enum { FAULT_ALWAYS = -1 };

/* Makes @call ("" for any) fail with @error, @times times, after @skip calls. */
struct fault {
	const char *call;
	int error, times, skip;
};

static struct {
	struct fault rules[4];
	size_t rules_count;
	char log[1024];
	int is_logging, calls;
} faults;

static inline void faults_clear(void)
{
	memset(&faults, 0, sizeof(faults));
}

static inline void faults_watch(void)
{
	faults_clear();
	faults.is_logging = 1;
}

static inline void faults_add(const char *call, int error, int times, int skip)
{
	faults.is_logging = 1;
	faults.rules[faults.rules_count++] =
		(struct fault){ call, error, times, skip };
}

/* The calls since then, as "socket ioctl close". From now on none fails. */
static inline const char *faults_end(void)
{
	faults.is_logging = 0;
	faults.rules_count = 0;
	return faults.log;
}

static inline int fault_of(const char *call)
{
	size_t length = strlen(faults.log);

	if (!faults.is_logging)
		return 0;
	faults.calls++;
	snprintf(faults.log + length, sizeof(faults.log) - length, "%s%s",
		 length ? " " : "", call);
	for (size_t i = 0; i < faults.rules_count; i++) {
		struct fault *rule = &faults.rules[i];

		if (*rule->call && strcmp(rule->call, call))
			continue;
		if (rule->skip-- > 0 || rule->times == 0)
			continue;
		if (rule->times > 0)
			rule->times--;
		return rule->error;
	}
	return 0;
}

/* The kernel frees the number even if it reports an error. */
static inline void fault_happens(const char *call, int error, int fd)
{
	int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "close");

	if (!strcmp(call, "close"))
		next(fd);
	errno = error;
}

#define FIRST(first, ...) first
/* The first argument is taken for a descriptor, which it is where it matters:
 * in close(). */
#define SYSTEM(type, name, parameters, arguments) \
	type faulty_##name parameters __asm__(#name); \
	type faulty_##name parameters \
	{ \
		type (*next) parameters = \
			(type (*) parameters)dlsym(RTLD_NEXT, #name); \
		int error = fault_of(#name); \
\
		if (error) { \
			fault_happens(#name, error, \
				      (int)(intptr_t)FIRST arguments); \
			return -1; \
		} \
		return next arguments; \
	}
#include "lib/system.def"
#undef SYSTEM

#endif
