/*
 * exec.c - the exec family: takes the flag off what is handed over, right before
 * the call, and puts it back after a failure.
 */
#include "preload/exec.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "common/announced.h"
#include "common/raw.h"
#include "preload/carried.h"
#include "preload/create.h"
#include "preload/environment.h"
#include "preload/handover.h"
#include "preload/marks.h"
#include "preload/policy.h"
#include "preload/task.h"

/* The exec calls differ in how they name the file. */
enum kind { BY_PATH, BY_SEARCH, BY_DESCRIPTOR, AT_DIRECTORY };

struct image {
	const struct ni_next *next;
	enum kind kind;
	int fd;			/* BY_DESCRIPTOR, AT_DIRECTORY */
	const char *path;
	char *const *argv;
	char *const *envp;
	int flags;		/* AT_DIRECTORY */
};

static int exec_next(const struct image *image, char *const *envp)
{
	const struct ni_next *next = image->next;

	switch (image->kind) {
	case BY_PATH:
		return next->execve(image->path, image->argv, envp);
	case BY_SEARCH:
		return next->execvpe(image->path, image->argv, envp);
	case BY_DESCRIPTOR:
		return next->fexecve(image->fd, image->argv, envp);
	default:
		return next->execveat(image->fd, image->path, image->argv, envp,
				      image->flags);
	}
}

static bool is_executable(const char *path)
{
	return ni_raw3(SYS_faccessat, AT_FDCWD, (long)path, X_OK) == 0;
}

/* getenv() would be one more symbol to look up at every start. */
static const char *search_path(void)
{
	for (char **variable = __environ; variable && *variable; variable++) {
		const char *value = ni_variable_value(*variable, "PATH");

		if (value)
			return value;
	}
	return "/bin:/usr/bin";	/* confstr(_CS_PATH) */
}

const char *ni_exec_find(const char *file, char *buffer, size_t size)
{
	const char *path = search_path();
	size_t file_length = strlen(file);

	if (strchr(file, '/'))
		return file;
	for (;; path++) {
		size_t length = strcspn(path, ":");

		/* It may be just there that execvp() finds the file. */
		if (length + 1 + file_length >= size)
			return NULL;
		memcpy(buffer, path, length);
		buffer[length] = '/';
		/* An empty entry is the working directory. */
		memcpy(buffer + length + (length > 0), file, file_length + 1);
		if (is_executable(buffer))
			return buffer;
		path += length;
		if (!*path)
			return NULL;
	}
}

static struct ni_file file_of(const struct image *image, char *buffer,
			      size_t size)
{
	const int known = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW;

	switch (image->kind) {
	case BY_PATH:
		return (struct ni_file){ AT_FDCWD, image->path, 0 };
	case BY_SEARCH:
		return (struct ni_file){
			AT_FDCWD, ni_exec_find(image->path, buffer, size), 0 };
	case BY_DESCRIPTOR:
		return (struct ni_file){ image->fd, "", AT_EMPTY_PATH };
	default:
		return (struct ni_file){ image->fd, image->path,
					 image->flags & known };
	}
}

static pid_t own_pid(void)
{
	return (pid_t)ni_raw3(SYS_getpid, 0, 0, 0);
}

/* A function of its own, so that its buffer is off the stack during exec. */
static __attribute__((noinline)) bool
decide(const struct image *image, struct ni_handover *handover)
{
	char buffer[NI_EXEC_PATH_SIZE];
	struct ni_file file = file_of(image, buffer, sizeof(buffer));

	return ni_handover_decide(handover, &file, image->argv, image->envp,
				  own_pid());
}

/* An exec that hands over, and what came of it if it failed. */
struct attempt {
	const struct image *image;
	struct ni_handover handover;
	bool is_in_lent_memory;
	int result;
};

/* Room for the environment of a new image, for the stack may be a signal
 * handler's and too small for a thousand variables. Only one exec at a time
 * uses it, and none in memory that is lent, where nobody would release it. */
static char *pointers[NI_ENVIRONMENT_MAX + NI_ENVIRONMENT_EXTRA];
static bool are_pointers_taken;

static bool take_pointers(const struct attempt *attempt)
{
	return !attempt->is_in_lent_memory &&
	       !__atomic_exchange_n(&are_pointers_taken, true,
				    __ATOMIC_ACQUIRE);
}

static void release_and_list(void *text, unsigned fd)
{
	ni_handover_release(NULL, fd);
	ni_environment_add(text, fd);
}

/* With our variables, or without them if that is too much for the kernel. */
static __attribute__((noinline)) int
exec_with_variables(const struct attempt *attempt)
{
	const struct image *image = attempt->image;
	size_t count = ni_environment_count(image->envp);
	struct ni_environment_text text;
	char **envp = pointers;
	bool has_taken;
	int result;

	if (count > NI_ENVIRONMENT_MAX) {
		ni_handover_each(&attempt->handover, ni_handover_release, NULL);
		return exec_next(image, image->envp);
	}
	has_taken = take_pointers(attempt);
	if (!has_taken)
		envp = alloca((count + NI_ENVIRONMENT_EXTRA) * sizeof(*envp));
	ni_environment_begin(&text, false, own_pid());
	ni_handover_each(&attempt->handover, release_and_list, &text);
	ni_environment_complete(envp, &text, image->envp, count);
	result = exec_next(image, envp);
	if (has_taken)
		__atomic_store_n(&are_pointers_taken, false, __ATOMIC_RELEASE);
	return errno == E2BIG ? exec_next(image, image->envp) : result;
}

/* Takes flags off, and only where no other thread uses the table. */
static void hand_over(struct attempt *attempt)
{
	const struct image *image = attempt->image;

	if (attempt->handover.is_same_program) {
		attempt->result = exec_with_variables(attempt);
		return;
	}
	ni_handover_each(&attempt->handover, ni_handover_release, NULL);
	attempt->result = exec_next(image, image->envp);
}

static void hand_over_in_copy(void *attempt)
{
	ni_admit_signals();
	hand_over(attempt);
}

static int exec_as_meant(const struct image *image)
{
	struct attempt attempt = {
		.image = image,
		.is_in_lent_memory = ni_marks_memory_is_lent(),
	};

	if (!ni_hands_over() || !image->path || !ni_marks_top() ||
	    !decide(image, &attempt.handover))
		return exec_next(image, image->envp);
	if (!ni_is_single_thread() &&
	    ni_in_copied_table(hand_over_in_copy, &attempt))
		return attempt.result;
	hand_over(&attempt);
	/* The calls made here are raw, so that errno stays exec's. */
	ni_handover_put_back();
	return attempt.result;
}

/* The new image inherits a filter of this process's own. */
static __attribute__((noinline)) int exec_switched_off(struct image *image)
{
	size_t count = ni_environment_count(image->envp);
	char **envp;

	if (count < NI_ENVIRONMENT_MAX) {
		envp = alloca((count + 2) * sizeof(*envp));
		ni_environment_switch_off(envp, image->envp, count);
		image->envp = envp;
	}
	return exec_as_meant(image);
}

static int exec_image(struct image *image)
{
	return ni_policy.filter_may_kill ? exec_switched_off(image) :
					   exec_as_meant(image);
}

int ni_execve(const struct ni_next *next, const char *path, char *const *argv,
	      char *const *envp)
{
	struct image image = { .next = next, .kind = BY_PATH,
				     .path = path, .argv = argv, .envp = envp };

	return exec_image(&image);
}

int ni_execveat(const struct ni_next *next, int fd, const char *path,
		char *const *argv, char *const *envp, int flags)
{
	struct image image = { .next = next, .kind = AT_DIRECTORY,
				     .fd = fd, .path = path, .argv = argv,
				     .envp = envp, .flags = flags };

	return exec_image(&image);
}

static int search(const char *file, char *const *argv, char *const *envp)
{
	struct image image = { .next = &ni_next, .kind = BY_SEARCH,
				     .path = file, .argv = argv, .envp = envp };

	return exec_image(&image);
}

NI_EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	return ni_execve(&ni_next, path, argv, envp);
}

NI_EXPORT int execv(const char *path, char *const argv[])
{
	return ni_execve(&ni_next, path, argv, __environ);
}

NI_EXPORT int execveat(int fd, const char *path, char *const argv[],
		       char *const envp[], int flags)
{
	return ni_execveat(&ni_next, fd, path, argv, envp, flags);
}

NI_EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	struct image image = { .next = &ni_next, .kind = BY_DESCRIPTOR,
				     .fd = fd, .path = "", .argv = argv,
				     .envp = envp };

	return exec_image(&image);
}

NI_EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
	return search(file, argv, envp);
}

NI_EXPORT int execvp(const char *file, char *const argv[])
{
	return search(file, argv, __environ);
}

/* ---- argument lists ---- */

static size_t count_list(va_list list)
{
	size_t count = 0;

	while (va_arg(list, char *))
		count++;
	return count;
}

/* @list is a pointer because execle reads further arguments from it: whether a
 * va_list that is passed by value also advances in the caller depends on the
 * machine. The array is on the stack of this function, which calls exec. */
static __attribute__((noinline)) int
exec_list(enum kind kind, const char *path, const char *first, va_list *list,
	  bool names_environment)
{
	struct image image = { .next = &ni_next, .kind = kind, .path = path };
	char **argv;
	size_t count;
	va_list counted;

	va_copy(counted, *list);
	count = count_list(counted) + 1;
	va_end(counted);
	image.argv = argv = alloca((count + 1) * sizeof(*argv));
	argv[0] = (char *)first;
	for (size_t i = 1; i <= count; i++)
		argv[i] = va_arg(*list, char *);
	image.envp = names_environment ? va_arg(*list, char *const *) :
					 __environ;
	return exec_image(&image);
}

#define EXEC_LIST(name, kind, names_environment)                              \
	NI_EXPORT int name(const char *path, const char *first, ...)          \
	{                                                                     \
		va_list list;                                                 \
		int result;                                                   \
									      \
		va_start(list, first);                                        \
		result = exec_list(kind, path, first, &list,                  \
				   names_environment);                        \
		va_end(list);                                                 \
		return result;                                                \
	}
EXEC_LIST(execl, BY_PATH, false)
EXEC_LIST(execle, BY_PATH, true)
EXEC_LIST(execlp, BY_SEARCH, false)
