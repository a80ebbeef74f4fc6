/*
 * api_driver.c - makes the calls of <noinherit.h> that it is told to make.
 *
 * Standard input holds cases: `case NAME`, statements (script.h) that prepare,
 * `call`, the statements in question, `end`. Each case runs in a child in a
 * folder of that name; its call in a child of that child, so that strace counts
 * the system calls of the call from one. Between two getsid() of impossible
 * processes the trace shows the call and nothing else. What came of it is
 * printed, one fact a line, for tests/differential/sides.py.
 *
 * With arguments, `CALL TIMES ... -- PROGRAM ...`, it makes system calls that
 * do nothing and becomes the program, whose own start is then not hit by what
 * strace injects into the first ones.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api_calls.h"
#include "api_more.h"
#include "api_world.h"
#include "common/array.h"

enum { MARK = 2147480000, CALL_MAX = 16 };

static const struct command *find(const struct command *list, size_t count,
				  const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i].name, name))
			return &list[i];
	return NULL;
}

static long long run(const struct statement *st)
{
	const struct command *of_api, *command;
	long long r;

	of_api = find(api_calls, ARRAY_LEN(api_calls), st->name);
	if (!of_api)
		of_api = find(more_calls, ARRAY_LEN(more_calls), st->name);
	command = of_api ? of_api : find(world_calls, ARRAY_LEN(world_calls),
					 st->name);
	if (!command)
		script_die("no such call", st->name);
	for (size_t i = 0; i < st->outputs_count; i++)
		variable_named(st->outputs[i])->kind = UNSET;
	errno = ENOTSUP;
	r = command->run(st);
	if (of_api && errno != ENOTSUP)
		complain("errno was changed");
	if (r < 0 && !command->is_value)
		return r;
	if (st->outputs_count == 1 &&
	    variable_named(st->outputs[0])->kind == UNSET)
		put_number(st, 0, r);
	return 0;
}

static void report_variable(const struct variable *variable)
{
	const struct noinherit_socket *s = &variable->socket;
	int flags;

	switch (variable->kind) {
	case NUMBER:
		printf("number %s %lld\n", variable->name, variable->number);
		break;
	case SOCKET:
		flags = fcntl(s->fd, F_GETFD);
		printf("socket %s %d %d %d %lld %d %d\n", variable->name,
		       s->family, s->type, s->proto, (long long)s->timeout_ns,
		       flags < 0 ? -1 : !(flags & FD_CLOEXEC),
		       flags < 0 ? -1 :
				   !!(fcntl(s->fd, F_GETFL) & O_NONBLOCK));
		break;
	case BYTES:
		printf("bytes %s ", variable->name);
		for (size_t i = 0; i < variable->size; i++)
			printf("%02x", variable->bytes[i]);
		printf("\n");
		break;
	case LIST:
		printf("list %s", variable->name);
		for (size_t i = 0; i < variable->size; i++)
			printf(" %d", variable->list[i]);
		printf("\n");
		break;
	case UNSET:
		break;
	}
}

/* The number of open descriptors, and how many of them survive exec. */
static void report_descriptors(void)
{
	int open = 0, inheritable = 0;
	DIR *list = opendir("/proc/self/fd");
	const struct dirent *entry;

	while (list && (entry = readdir(list))) {
		int fd = atoi(entry->d_name), flags = fcntl(fd, F_GETFD);

		if (entry->d_name[0] == '.' || fd == dirfd(list))
			continue;
		open++;
		inheritable += !(flags & FD_CLOEXEC);
	}
	if (!list)
		complain("cannot list descriptors");
	else
		closedir(list);
	printf("open %d %d\n", open, inheritable);
}

static void report(void)
{
	report_descriptors();
	for (size_t i = 0; i < variables_count; i++)
		report_variable(&variables[i]);
}

static _Noreturn void make_call(char **lines, size_t count)
{
	struct statement statements[CALL_MAX];
	long long results[CALL_MAX];

	if (count > CALL_MAX)
		script_die("call too long", lines[0]);
	for (size_t i = 0; i < count; i++)
		statements[i] = script_parse(lines[i]);
	getsid(MARK + 1);
	for (size_t i = 0; i < count; i++)
		results[i] = run(&statements[i]);
	getsid(MARK + 2);
	for (size_t i = 0; i < count; i++)
		if (results[i] < 0)
			printf("error %d %d\n", -(int)results[i],
			       noinherit_eai((int)results[i]));
	set_limit(0, 1);
	printf("pid %d\n", (int)getpid());
	report();
	fflush(stdout);
	_exit(0);
}

/* Waits for the child, and complains unless its status is 0. */
static void await(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
	    WEXITSTATUS(status))
		printf("complaint ended with status %#x\n", status);
	fflush(stdout);
}

static _Noreturn void prepare(const char *name, char **lines, size_t count)
{
	size_t call = 0;
	pid_t child;

	if (chdir(name) < 0)
		script_die("no folder", name);
	while (call < count && strcmp(lines[call], "call"))
		call++;
	for (size_t i = 0; i < call; i++) {
		struct statement st = script_parse(lines[i]);
		long long r = run(&st);

		if (r < 0) {
			printf("complaint cannot prepare: %s: %lld\n", st.name,
			       r);
			break;
		}
	}
	fflush(stdout);
	child = fork();
	if (child == 0)
		make_call(lines + call + 1, count - call - 1);
	await(child);
	_exit(0);
}

static size_t read_lines(char **lines)
{
	size_t room = 0, count = 0;
	char *line = NULL;

	while (getline(&line, &room, stdin) > 0 && count < LINES_MAX) {
		line[strcspn(line, "\n")] = '\0';
		lines[count++] = line;
		line = NULL;
		room = 0;
	}
	return count;
}

static int become(char **arguments)
{
	while (*arguments && strcmp(*arguments, "--")) {
		spend_calls(arguments[0], atoi(arguments[1]));
		arguments += 2;
	}
	execv(arguments[1], arguments + 1);
	perror(arguments[1]);
	return 127;
}

static void run_cases(void)
{
	static char *lines[LINES_MAX];
	size_t count = read_lines(lines), start = 0;

	for (size_t i = 0; i < count; i++) {
		pid_t child;

		if (!strncmp(lines[i], "case ", 5))
			start = i;
		if (strcmp(lines[i], "end"))
			continue;
		puts(lines[start]);
		fflush(stdout);
		child = fork();
		if (child == 0)
			prepare(lines[start] + 5, lines + start + 1,
				i - start - 1);
		await(child);
	}
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_DFL);
	if (argc > 1)
		return become(argv + 1);
	run_cases();
	return 0;
}
