/*
 * The shim's input may come from anybody, in a privileged program too: the
 * environment and the arguments of a start and of an exec, AT_EXECFN,
 * /proc/self/exe, the list of what was handed over. None of it may crash the
 * program, keep it busy, or name a descriptor that is not a socket of the shim's.
 *
 * The readers are included as source files, so that their state can be reset for
 * each input, and their system calls are answered from a simulated descriptor
 * table. FUZZ_SECURE=1: as in a set-id program.
 *
 * Links with: shim/common/announced.c shim/common/settings.c shim/common/names.c shim/common/base_name.c shim/common/same_program.c shim/preload/marks.c shim/preload/filter.c
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/raw.h"

long fuzz_raw6(long number, long a, long b, long c, long d, long e, long f);
unsigned long fuzz_auxv(unsigned long type);

#define ni_raw6 fuzz_raw6
#define ni_raw3(number, a, b, c) \
	fuzz_raw6(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define getauxval fuzz_auxv
/* Both files have a static variable of that name. */
#define start program_state
#include "preload/program.c"
#undef start
#define start collision_state
#include "preload/collision.c"
#undef start
#include "preload/carried.c"
#include "preload/environment.c"
#include "preload/handover.c"
#include "preload/inherited.c"
#include "preload/policy.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct ni_foreign ni_foreign;
enum ni_shadow ni_shadow = NI_SHADOW_NONE;

bool ni_is_shadowed(void)
{
	return false;
}

/* ---- the kernel ---- */

enum {
	FIRST = 3, OURS = 3, OURS_TOO = 4, OWN = 5, STALE = 6, TAKEN_OFF = 7,
	HANDED = 8, HANDED_FILE = 9, LOG = 10, FDS = 11, PID = 77, PARENT = 78,
	/* One for each number that a list may name, and some more. */
	CALLS_MAX = 2 * NI_MARKS_SIZE + 4096,
};

struct descriptor {
	bool is_open, is_socket;
	int flags;
};

static struct descriptor table[FDS];
static const char *executable;
static const char *path_at_start;
static unsigned calls;

static const struct descriptor fresh[FDS] = {
	[STDIN_FILENO] = { true, true, 0 },
	[OURS] = { true, true, FD_CLOEXEC },
	[OURS_TOO] = { true, true, FD_CLOEXEC },
	[OWN] = { true, true, FD_CLOEXEC },		/* no mark */
	[STALE] = { true, false, FD_CLOEXEC },		/* a mark, no socket */
	[TAKEN_OFF] = { true, true, 0 },		/* a mark, no flag */
	[HANDED] = { true, true, 0 },
	[HANDED_FILE] = { true, false, 0 },
	[LOG] = { true, true, FD_CLOEXEC },		/* libc's own, a mark */
};

static long control(long fd, long command, long flags)
{
	struct descriptor *descriptor;

	if (fd < 0 || fd >= FDS || !table[fd].is_open)
		return -EBADF;
	descriptor = &table[fd];
	if (command == F_GETFD)
		return descriptor->flags;
	assert(command == F_SETFD);
	descriptor->flags = (int)flags;
	return 0;
}

/* A path's text stands for the file: paths lead to the same file if they are
 * the same text, or are /proc/self/exe and its target. */
static long stat_text(const char *path, struct stat *status)
{
	memset(status, 0, sizeof(*status));
	if (!strcmp(path, "/proc/self/exe"))
		path = executable;
	if (!*path)
		return -ENOENT;
	status->st_ino = ni_text_hash(path);
	return 0;
}

long fuzz_raw6(long number, long a, long b, long c, long d, long e, long f)
{
	size_t length;

	(void)e, (void)f;
	assert(++calls < CALLS_MAX);
	switch (number) {
	case SYS_fcntl:
		return control(a, b, c);
	case SYS_newfstatat:
		return stat_text((const char *)b, (struct stat *)c);
	case SYS_readlinkat:
		/* Not terminated, and truncated to the room there is. */
		length = strnlen(executable, (size_t)d);
		memcpy((char *)c, executable, length);
		return (long)length;
	case SYS_getcwd:
		assert(b >= 6);
		memcpy((char *)a, "/here", 6);
		return 6;
	case SYS_prlimit64:
		*(struct rlimit *)d = (struct rlimit){ 8 << 20, 8 << 20 };
		return 0;
	case SYS_write:
		assert(a == STDERR_FILENO && c > 0 && c <= 256);
		return c;
	case SYS_getpid:
		return PID;
	case SYS_getppid:
		return PARENT;
	}
	assert(!"no such call is expected");
	return -ENOSYS;
}

/* Read for the first time while __environ is the sanitizers' own. */
static bool is_secure(void)
{
	static char answer;

	if (!answer)
		answer = getenv("FUZZ_SECURE") ? 'y' : 'n';
	return answer == 'y';
}

unsigned long fuzz_auxv(unsigned long type)
{
	if (type == AT_SECURE)
		return is_secure();
	assert(type == AT_EXECFN);
	return (unsigned long)path_at_start;
}

const char *ni_next_own_file(void)
{
	return "/opt/libnoinherit-preload.so";
}

enum ni_peer ni_peer(int fd)
{
	if (fd < 0 || fd >= FDS || !table[fd].is_open || !table[fd].is_socket)
		return NI_PEER_NO_SOCKET;
	return fd == LOG ? NI_PEER_SYSTEM_LOG : NI_PEER_OTHER;
}

bool ni_list_is_readable(char *const *list)
{
	(void)list;
	return true;
}

/* ---- the input: lists of strings ---- */

/* A byte 1 ends a list, a byte 0 a string. Each string is in a block of exactly
 * its size. */
enum { LISTS = 4, TEXTS_MAX = 128 };
enum { START_ARGUMENTS, START_ENVIRONMENT, ARGUMENTS, ENVIRONMENT };

struct list {
	size_t count;
	char *texts[TEXTS_MAX + 1];
	/* The same pointers, to be freed even if the code changes the list. */
	char *owned[TEXTS_MAX];
};

static struct list lists[LISTS];

static void add_text(struct list *list, const uint8_t *from, size_t length)
{
	char *text;

	if (list->count == TEXTS_MAX)
		return;
	text = malloc(length + 1);
	memcpy(text, from, length);
	text[length] = '\0';
	list->owned[list->count] = text;
	list->texts[list->count++] = text;
	list->texts[list->count] = NULL;
}

static void read_lists(const uint8_t *data, size_t size)
{
	size_t begin = 0, at, which = 0;

	memset(lists, 0, sizeof(lists));
	for (at = 0; at < size && which < LISTS; at++) {
		if (data[at] > 1)
			continue;
		if (at > begin)
			add_text(&lists[which], data + begin, at - begin);
		which += data[at] == 1;
		begin = at + 1;
	}
	if (which < LISTS && at > begin)
		add_text(&lists[which], data + begin, at - begin);
}

static void free_lists(void)
{
	for (size_t i = 0; i < LISTS; i++)
		for (size_t j = 0; j < lists[i].count; j++)
			free(lists[i].owned[j]);
}

/* ---- a start ---- */

static void reset(void)
{
	memcpy(table, fresh, sizeof(table));
	memset(ni_marks, 0, NI_MARKS_SIZE);
	memset(&program_state, 0, sizeof(program_state));
	memset(&collision_state, 0, sizeof(collision_state));
	memset(&carried, 0, sizeof(carried));
	memset(&inherited, 0, sizeof(inherited));
	memset(&ni_policy, 0, sizeof(ni_policy));
	memset(&ni_fast, 0, sizeof(ni_fast));
	calls = 0;
}

static void set_marks(void)
{
	ni_marks_set(OURS, NI_MARK_OURS);
	ni_marks_set(OURS_TOO, NI_MARK_OURS);
	ni_marks_set(STALE, NI_MARK_OURS);
	ni_marks_set(TAKEN_OFF, NI_MARK_OURS);
	ni_marks_set(LOG, NI_MARK_OURS);
}

static bool is_marked(int fd)
{
	return ni_marks_get(fd) & NI_MARK_OURS;
}

/* A descriptor that was open and inheritable and named with the right pid is
 * now ours and flagged; every other one is unchanged. */
static void check_adopted(void)
{
	for (int fd = 0; fd < NI_MARKS_SIZE; fd++) {
		if (fd < FDS && is_marked(fd)) {
			assert(fd >= FIRST && table[fd].is_open &&
			       !fresh[fd].flags);
			assert(table[fd].flags == FD_CLOEXEC);
			assert(!is_secure());
		} else {
			assert(!is_marked(fd));
			assert(fd >= FDS ||
			       table[fd].flags == fresh[fd].flags);
		}
	}
	assert(calls < CALLS_MAX / 2);
}

static void start_shim_on(char **argv, char **environment)
{
	char **before = __environ;

	executable = argv[0] ? argv[0] : "";
	path_at_start = argv[0] && argv[1] ? argv[1] : executable;
	ni_marks_start();
	/* Afterwards __environ is the sanitizers' own again. */
	__environ = environment;
	ni_program_start(argv);
	ni_policy_read();
	ni_collision_start(argv, environment);
	ni_policy_choose_fast();
	ni_environment_adopt(environment);
	__environ = before;
	for (; *environment; environment++)
		assert(!ni_variable_value(*environment, "NOINHERIT_ADOPT"));
	assert(ni_policy.settings.keep_count <= NI_KEEP_MAX);
	if (is_secure())
		assert(ni_policy.settings.mode == NI_MODE_COMPAT &&
		       !ni_policy.settings.keep_count && !ni_carried_at(0));
}

/* ---- an exec ---- */

static uint64_t visited;

static void visit(void *data, unsigned fd)
{
	(void)data;
	assert(fd == OURS || fd == OURS_TOO);
	visited |= UINT64_C(1) << fd;
}

static uint64_t handed_over(const char *path, char **argv, char **environment)
{
	const struct ni_file file = { AT_FDCWD, path, 0 };
	struct ni_handover handover;

	visited = 0;
	if (ni_handover_decide(&handover, &file, argv, environment, PID))
		ni_handover_each(&handover, visit, NULL);
	return visited;
}

/* The new environment names what is handed over, and reading it back gives the
 * same. */
static void check_completed(uint64_t handed, char **environment)
{
	size_t count = ni_environment_count(environment);
	char **to = malloc((count + NI_ENVIRONMENT_EXTRA) * sizeof(*to));
	struct ni_environment_text text;

	ni_environment_begin(&text, false, PID);
	for (unsigned fd = FIRST; fd < FDS; fd++)
		if (handed >> fd & 1)
			ni_environment_add(&text, fd);
	ni_environment_fits(environment, environment);
	ni_environment_complete(to, &text, environment, count);
	assert(ni_environment_count(to) <= count + NI_ENVIRONMENT_EXTRA - 1);
	assert(strlen(text.adopt) < sizeof(text.adopt));
	memset(ni_marks, 0, NI_MARKS_SIZE);
	for (unsigned fd = FIRST; fd < FDS; fd++)
		table[fd].flags = handed >> fd & 1 ? 0 : FD_CLOEXEC;
	ni_environment_adopt(to);
	for (int fd = FIRST; fd < FDS; fd++)
		assert(is_marked(fd) == (handed >> fd & 1));
	free(to);
}

static void check_exec(void)
{
	static char *nothing[] = { NULL };
	char **argv = lists[ARGUMENTS].texts;
	char **environment = lists[ENVIRONMENT].texts;
	const char *path = argv[0] ? argv[0] : "/bin/other";
	uint64_t handed;

	memcpy(table, fresh, sizeof(table));
	set_marks();
	/* Variables that were inherited unchanged name nothing, and in a set-id
	 * program only executing itself hands anything over. */
	assert(!handed_over("/bin/other", nothing,
			    lists[START_ENVIRONMENT].texts) ||
	       !strcmp(executable, "/bin/other") ||
	       !strcmp(path_at_start, "/bin/other"));
	handed = handed_over(path, argv, environment);
	if (is_secure() && handed)
		assert(!strcmp(path, executable) ||
		       !strcmp(path, "/proc/self/exe"));
	for (int fd = -1; fd <= 64; fd++)
		ni_keeps_number(fd);
	ni_keeps_kind(AF_UNIX, SOCK_STREAM);
	if (!is_secure())
		check_completed(handed, environment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *environment[TEXTS_MAX + 1];

	is_secure();
	read_lists(data, size);
	reset();
	/* A copy, because adopting changes it in place. */
	memcpy(environment, lists[START_ENVIRONMENT].texts,
	       sizeof(environment));
	start_shim_on(lists[START_ARGUMENTS].texts, environment);
	check_adopted();
	if (ni_hands_over())
		check_exec();
	free_lists();
	return 0;
}
