/*
 * processes.c - the steps that run others in another process, thread or table,
 * those that execute a program, and the run itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

enum { TIME_LIMIT_S = 30 };

/* In a thread: the state for its descriptor table, once that is its own. */
static __thread struct table *spare;

static unsigned index_of(const struct step *step)
{
	return (unsigned)(step - world.control->program.steps);
}

/* The kernel ends a process that hangs. */
static void limit_time(void)
{
	struct itimerval limit = { .it_value = { .tv_sec = TIME_LIMIT_S } };

	setitimer(ITIMER_REAL, &limit, NULL);
}

static int wait_for(pid_t child)
{
	int status = -1;

	if (child < 0)
		return -1;
	while (waitpid(child, &status, __WALL) < 0 && errno == EINTR)
		;
	return status;
}

/* ---- running ---- */

static void note_tag(int fd, uint32_t tag)
{
	struct control *control = world.control;
	struct stat status;
	uint32_t i;

	if (ni_raw3(SYS_fstat, fd, (long)&status, 0) < 0)
		return;
	for (i = 0; i < control->tags_count; i++)
		if (control->tags[i].identity.inode == status.st_ino &&
		    control->tags[i].identity.device == status.st_dev)
			break;
	if (i == TAGS_MAX)
		return;
	control->tags[i] = (struct tag){ { status.st_dev, status.st_ino },
					 tag };
	if (i == control->tags_count)
		control->tags_count++;
}

static bool is_socket(int fd)
{
	struct stat status;

	return ni_raw3(SYS_fstat, fd, (long)&status, 0) == 0 &&
	       S_ISSOCK(status.st_mode);
}

static void duplicate_onto_itself(int fd)
{
	const uint64_t bit = UINT64_C(1) << (fd & 63);

	if (!is_socket(fd) || !(table->forced & bit))
		return;
	if (world.is_split || (table->unproved & bit))
		table->either |= bit;
	else
		set_forced(fd, false);
}

static void apply_effect(const struct step *step, enum effect effect,
			 const int results[2])
{
	switch (effect) {
	case FORCED:
	case OWN:
	case AS_SAID:
		set_forced(results[0], effect == FORCED);
		set_forced(results[1], effect == FORCED);
		break;
	case AS_SAID_A:
	case OWN_A:
		set_forced(value(step->a), false);
		break;
	case OWN_RANGE:
		for (int fd = value(step->a); fd <= value(step->b); fd++)
			set_forced(fd, false);
		break;
	case MISTAKEN:
		if (world.is_lent || world.is_split)
			table->either |= UINT64_C(1) << (value(step->a) & 63);
		break;
	case ITSELF:
		duplicate_onto_itself(value(step->a));
		break;
	case NOTHING:
		break;
	}
}

static void run_step(const struct step *step)
{
	struct control *control = world.control;
	const struct op *op = &ops[step->op];
	unsigned index = index_of(step);
	int results[2] = { -1, -1 };
	int answer;

	errno = 0;
	answer = op->call(step, op->flag, results);
	control->answers[index] = answer < 0 ? -errno : answer;
	for (unsigned i = 0; i < 2; i++) {
		control->results[index][i] = (int8_t)results[i];
		if (results[i] >= 0)
			note_tag(results[i], 2 * index + i + 1);
	}
	if (answer >= 0)
		apply_effect(step, op->effect, results);
}

static unsigned end_of_block(unsigned first)
{
	const struct program *program = &world.control->program;
	unsigned depth = 1;

	for (; first < program->count; first++) {
		const struct op *op = &ops[program->steps[first].op];

		depth += op->shape == BLOCK;
		depth -= op->call == end_block;
		if (!depth)
			break;
	}
	return first;
}

unsigned run_steps(unsigned first)
{
	const struct program *program = &world.control->program;

	for (; first < program->count; first++) {
		const struct step *step = &program->steps[first];

		if (ops[step->op].call == end_block)
			break;
		run_step(step);
		if (ops[step->op].shape == BLOCK)
			first = end_of_block(first + 1);
	}
	return first;
}

/* ---- blocks ---- */

int end_block(const struct step *step, long flag, int results[2])
{
	(void)step, (void)flag, (void)results;
	return 0;
}

/* What a child that shares the memory changes in it. */
struct context {
	struct table *table, *spare;
	char **variables;
	bool is_main, is_lent;
};

static struct context context_now(void)
{
	return (struct context){ table, spare, environ, world.is_main,
				 world.is_lent };
}

static void restore(const struct context *context)
{
	table = context->table;
	spare = context->spare;
	environ = context->variables;
	world.is_main = context->is_main;
	world.is_lent = context->is_lent;
}

static __attribute__((noreturn)) void run_child(const struct step *step,
						struct table *own)
{
	table = own;
	spare = NULL;
	world.is_main = false;
	limit_time();
	run_steps(index_of(step) + 1);
	_exit(0);
}

int in_fork(const struct step *step, long flag, int results[2])
{
	pid_t child = fork();

	(void)flag, (void)results;
	if (!child) {
		world.is_lent = false;
		run_child(step, table);
	}
	return wait_for(child);
}

/* Parent and child record their changes at the same place in memory. */
static void doubt_if_lent(void)
{
	if (world.is_lent)
		table->unproved = table->forced;
}

__attribute__((noinline)) int in_vfork(const struct step *step, long flag,
				       int results[2])
{
	const struct context before = context_now();
	struct table own = *table;
	pid_t child;

	(void)flag, (void)results;
	child = vfork();
	if (!child) {
		world.is_lent = true;
		run_child(step, &own);
	}
	restore(&before);
	doubt_if_lent();
	return wait_for(child);
}

struct part {
	const struct step *step;
	struct table own;
	struct table *shared;
	pid_t thread;
};

static int run_cloned(void *argument)
{
	struct part *part = argument;

	if (ops[part->step->op].flag & CLONE_VM)
		world.is_lent = true;
	run_child(part->step, &part->own);
}

int in_clone(const struct step *step, long flag, int results[2])
{
	enum { STACK_SIZE = 256 << 10 };
	const struct context before = context_now();
	struct part part = { step, *table, NULL, 0 };
	char *stack = malloc(STACK_SIZE);
	int status;

	(void)results;
	if ((flag & CLONE_VM) && !(flag & CLONE_VFORK))
		world.is_split = true;
	status = wait_for(clone(run_cloned, stack + STACK_SIZE,
				(int)flag | SIGCHLD, &part));
	restore(&before);
	if (flag & CLONE_VM)
		doubt_if_lent();
	free(stack);
	return status;
}

static void *run_thread(void *argument)
{
	struct part *part = argument;

	part->thread = (pid_t)ni_raw3(SYS_gettid, 0, 0, 0);
	table = part->shared;
	spare = &part->own;
	run_steps(index_of(part->step) + 1);
	return NULL;
}

/* After pthread_join the kernel still counts the thread and its table for a
 * moment. Only this thread is waited for: a count of all threads would include
 * those that the shim starts and that are about to end. */
static void wait_until_gone(pid_t thread)
{
	while (ni_raw3(SYS_tgkill, ni_raw3(SYS_getpid, 0, 0, 0), thread, 0) ==
	       0)
		sched_yield();
}

int in_thread(const struct step *step, long flag, int results[2])
{
	struct part part = { step, *table, table, 0 };
	pthread_t thread;

	(void)flag, (void)results;
	if (pthread_create(&thread, NULL, run_thread, &part))
		return -1;
	pthread_join(thread, NULL);
	wait_until_gone(part.thread);
	return 0;
}

void table_is_own(void)
{
	if (!spare)
		return;
	world.is_split = true;
	*spare = *table;
	table = spare;
	spare = NULL;
}

int unshare_files(const struct step *step, long flag, int results[2])
{
	int result = unshare(CLONE_FILES);

	(void)step, (void)flag, (void)results;
	if (result == 0)
		table_is_own();
	return result;
}

/* ---- executing ---- */

enum { VARIABLES_MAX = 64 };

struct command {
	const char *path;
	char *argv[5];
	char *envp[VARIABLES_MAX];
	char index[8], next[8], named[32];
};

static bool has_name(const char *variable, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(variable, name, length) && variable[length] == '=';
}

static bool is_left_out(const char *variable, enum environment kind)
{
	if (kind == ENVIRONMENT_LISTEN || kind == ENVIRONMENT_LISTEN_OTHER)
		if (has_name(variable, "LISTEN_FDS") ||
		    has_name(variable, "LISTEN_PID"))
			return true;
	if (kind == ENVIRONMENT_NAMED && has_name(variable, "WAYLAND_SOCKET"))
		return true;
	if (kind == ENVIRONMENT_CLEAN && has_name(variable, "LD_PRELOAD"))
		return true;
	return kind != ENVIRONMENT_INHERITED && has_name(variable, "VPNFD");
}

static void fill_environment(struct command *command, const struct step *step)
{
	unsigned count = 0;

	for (char **from = environ; *from && count < VARIABLES_MAX - 3; from++)
		if (!is_left_out(*from, step->environment))
			command->envp[count++] = *from;
	if (step->environment == ENVIRONMENT_LISTEN ||
	    step->environment == ENVIRONMENT_LISTEN_OTHER)
		command->envp[count++] = "LISTEN_FDS=3";
	if (step->environment == ENVIRONMENT_LISTEN_OTHER)
		command->envp[count++] = "LISTEN_PID=1";
	if (step->environment == ENVIRONMENT_NAMED) {
		snprintf(command->named, sizeof(command->named),
			 "WAYLAND_SOCKET=%d", value(step->a));
		command->envp[count++] = command->named;
	}
	command->envp[count] = NULL;
}

/* A variable that had the same value at the start names nothing. */
static bool was_there(const char *variable)
{
	for (char **at = environ; *at; at++)
		if (!strcmp(*at, variable))
			return true;
	return false;
}

static uint64_t named_by(const struct step *step, const char *named)
{
	int fd = value(step->a);

	/* system() uses libc's own spawn, which the shim cannot hook. */
	if (step->op == op_called("system"))
		return 0;
	if (step->environment == ENVIRONMENT_LISTEN &&
	    !was_there("LISTEN_FDS=3"))
		return ((UINT64_C(1) << LISTEN_COUNT) - 1) << LISTEN_FIRST;
	if (step->environment == ENVIRONMENT_NAMED && fd >= 0 && fd < FDS &&
	    !was_there(named))
		return UINT64_C(1) << fd;
	return 0;
}

/* The main process continues the program in its new image, except without the
 * shim in the environment, as the runs could not be compared then. */
static void fill_command(struct command *command, const struct step *step,
			 bool goes_on)
{
	const char *path[TARGETS] = { world.self, "/proc/self/exe",
				      world.control->other };
	unsigned index = index_of(step);

	command->path = path[step->target];
	if (step->environment == ENVIRONMENT_CLEAN)
		goes_on = false;
	snprintf(command->index, sizeof(command->index), "%u", index);
	snprintf(command->next, sizeof(command->next), "%u",
		 goes_on ? index + 1 : 0);
	command->argv[0] = "program";
	command->argv[1] = (char *)world.control_path;
	command->argv[2] = command->index;
	command->argv[3] = command->next;
	command->argv[4] = NULL;
	fill_environment(command, step);
	world.control->images[index].forced = table->forced;
	world.control->images[index].unproved =
		world.is_split ? UINT64_MAX : table->unproved;
	world.control->images[index].either = table->either;
	world.control->images[index].named = named_by(step,
							 command->named);
}

static int open_program(const char *path, int flags)
{
	return work_fd(ni_raw6(SYS_openat, AT_FDCWD, (long)path,
			       flags | O_CLOEXEC, 0, 0, 0));
}

static int by_shell(const struct command *command)
{
	char line[3 * PATH_SIZE];
	/* In the shell, /proc/self/exe would be the shell itself. */
	const char *path = strcmp(command->path, "/proc/self/exe") ?
			   command->path : world.self;

	snprintf(line, sizeof(line), "exec '%s' '%s' %s 0", path,
		 command->argv[1], command->argv[2]);
	return system(line);
}

int execute(const struct step *step, long flag, int results[2])
{
	struct command command;
	char **argv = command.argv;
	char **environ_before = environ;

	(void)results;
	fill_command(&command, step, world.is_main && flag != BY_SYSTEM);
	environ = command.envp;
	switch (flag) {
	case BY_EXECVE:
		execve(command.path, argv, command.envp);
		break;
	case BY_EXECL:
		execl(command.path, argv[0], argv[1], argv[2], argv[3],
		      (char *)NULL);
		break;
	case BY_EXECVP:
		execvp(command.path, argv);
		break;
	case BY_FEXECVE:
		fexecve(open_program(command.path, O_RDONLY), argv,
			command.envp);
		break;
	case BY_EXECVEAT:
		execveat(open_program(command.path, O_PATH), "", argv,
			 command.envp, AT_EMPTY_PATH);
		break;
	case BY_NUMBER:
		syscall(SYS_execve, command.path, argv, command.envp);
		break;
	case BY_SYSTEM:
		flag = by_shell(&command);
		environ = environ_before;
		return (int)flag;
	}
	environ = environ_before;
	return -1;
}

static int add_action(posix_spawn_file_actions_t *actions,
		      const struct action *action)
{
	int a = value(action->a), b = value(action->b);

	switch (action->kind) {
	case ACTION_CLOSE:
		return posix_spawn_file_actions_addclose(actions, a);
	case ACTION_DUP2:
		return posix_spawn_file_actions_adddup2(actions, a, b);
	case ACTION_OPEN:
		return posix_spawn_file_actions_addopen(actions, b, "/dev/null",
							O_RDONLY, 0);
	default:
		return posix_spawn_file_actions_addclosefrom_np(actions, b);
	}
}

/* In the child's table: a descriptor that an action duplicates onto a number is
 * inheritable. */
static void add_actions(posix_spawn_file_actions_t *actions,
			const struct step *step)
{
	uint64_t *forced = &world.control->images[index_of(step)].forced;

	for (unsigned i = 0; i < step->actions_count; i++) {
		const struct action *action = &step->actions[i];
		int fd = value(action->b);

		if (add_action(actions, action) == 0 && fd < FDS &&
		    (action->kind == ACTION_DUP2 ||
		     action->kind == ACTION_OPEN))
			*forced &= ~(UINT64_C(1) << fd);
	}
}

int spawn(const struct step *step, long flag, int results[2])
{
	posix_spawn_file_actions_t actions;
	struct command command;
	pid_t child = -1;

	(void)results;
	fill_command(&command, step, false);
	posix_spawn_file_actions_init(&actions);
	add_actions(&actions, step);
	errno = (flag ? posix_spawnp : posix_spawn)(
		&child, command.path, &actions, NULL, command.argv,
		command.envp);
	posix_spawn_file_actions_destroy(&actions);
	return errno ? -1 : wait_for(child);
}

int fail_exec(const struct step *step, long flag, int results[2])
{
	static char big[200 << 10];
	char *argv[] = { "program", NULL }, *big_argv[] = { "program", big,
							    NULL };
	char path[PATH_SIZE + 16];
	char **volatile nowhere = (char **)8;
	pid_t child;

	(void)step, (void)results;
	snprintf(path, sizeof(path), "%s/%s", world.control->directory,
		 flag == FAIL_FORMAT ? "text" : "missing");
	switch (flag) {
	case FAIL_BIG:
		memset(big, 'x', sizeof(big) - 1);
		return execve(world.self, big_argv, environ);
	case FAIL_ADDRESS:
		return execve(world.self, nowhere, environ);
	case FAIL_SPAWN:
		errno = posix_spawn(&child, path, NULL, NULL, argv, environ);
		return errno ? -1 : wait_for(child);
	default:
		return execve(path, argv, environ);
	}
}
