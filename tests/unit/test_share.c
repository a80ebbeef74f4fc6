/*
 * One process takes a socket out of another.
 */
#include "api.h"
#include "faults.h"
#include "skip_case.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>

static void skip_without_pidfd_getfd(void)
{
	long r = syscall(438, -1, 0, 0);

	assert_int_equal(r, -1);
	if (errno == ENOSYS)
		skip_case("this kernel has no pidfd_getfd");
}

/* ---- two processes ------------------------------------------------------- */

/* What the other process does with the description, by the end of a pipe. */
static pid_t other_process(int pipes[2],
			   void (*body)(const struct noinherit_shared *data))
{
	struct noinherit_shared data;
	pid_t child;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	child = fork();
	assert_return_code(child, errno);
	if (child)
		return child;
	/* Inherited by fork, they would make sharing unnecessary. */
	for (int fd = 3; fd < 64; fd++)
		if (fd != pipes[0])
			close(fd);
	EXPECT(read(pipes[0], &data, sizeof(data)) == sizeof(data));
	body(&data);
	leave_child(0);
}

static void give(pid_t child, int pipes[2], const struct noinherit_shared *data)
{
	int status;

	assert_int_equal(write(pipes[1], data, sizeof(*data)), sizeof(*data));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(pipes[0]);
	close(pipes[1]);
}

static void answer_through_the_socket(const struct noinherit_shared *data)
{
	int before = count_descriptors();
	struct noinherit_socket s;

	EXPECT(noinherit_setdefaulttimeout_ns(60000 * MS) == 0);
	EXPECT(noinherit_fromshare(&s, data) == 0);
	EXPECT(s.family == AF_UNIX && s.type == SOCK_STREAM && s.proto == 0);
	EXPECT(s.timeout_ns == 60000 * MS && is_nonblocking(s.fd));
	EXPECT(!is_inheritable(s.fd));
	EXPECT(count_descriptors() == before + 1);
	EXPECT(noinherit_send(&s, "from the other", 14, 0) == 14);
}

static void a_socket_goes_to_another_process(void **state)
{
	struct noinherit_socket pair[2];
	struct noinherit_shared data;
	int pipes[2];
	char buf[32];
	pid_t child;

	(void)state;
	skip_without_pidfd_getfd();
	pair_of(pair, SOCK_STREAM);
	child = other_process(pipes, answer_through_the_socket);
	assert_int_equal(noinherit_share(&pair[0], child, &data), 0);
	give(child, pipes, &data);
	assert_int_equal(noinherit_recv(&pair[1], buf, sizeof(buf), 0), 14);
	assert_memory_equal(buf, "from the other", 14);
	close_pair(pair);
}

static void expect_another_socket(const struct noinherit_shared *data)
{
	struct noinherit_socket s = { .fd = 7, .timeout_ns = 7 };
	int before = count_descriptors();

	EXPECT(noinherit_fromshare(&s, data) == -ESTALE);
	EXPECT(count_descriptors() == before);
	EXPECT(s.fd == -1 && s.timeout_ns == NOINHERIT_BLOCKING);
}

/* The number names something else by the time it is fetched. */
static void refused_after(void (*replace)(int fd))
{
	struct noinherit_socket s;
	struct noinherit_shared data;
	int pipes[2], fd;
	pid_t child;

	assert_int_equal(noinherit_create_socket(&s, AF_UNIX, -1, -1), 0);
	child = other_process(pipes, expect_another_socket);
	assert_int_equal(noinherit_share(&s, child, &data), 0);
	fd = s.fd;
	noinherit_close(&s);
	replace(fd);
	give(child, pipes, &data);
	close(fd);
}

static void by_nothing(int fd)
{
	(void)fd;
}

static void by_another_socket(int fd)
{
	assert_int_equal(socket(AF_UNIX, SOCK_STREAM, 0), fd);
}

static void by_a_file(int fd)
{
	assert_int_equal(open("/dev/null", O_RDONLY), fd);
}

static void a_number_that_was_used_anew_is_refused(void **state)
{
	(void)state;
	skip_without_pidfd_getfd();
	refused_after(by_nothing);
	refused_after(by_another_socket);
	refused_after(by_a_file);
}

/* A recycled process id: another process has a socket of that number. */
static void a_process_that_took_the_id_is_refused(void **state)
{
	struct noinherit_socket mine, got;
	struct noinherit_shared data;
	const int32_t self = getpid();
	int pipes[2], status;
	char ready;
	pid_t other;

	(void)state;
	skip_without_pidfd_getfd();
	assert_int_equal(noinherit_create_socket(&mine, -1, -1, -1), 0);
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	other = fork();
	assert_return_code(other, errno);
	if (other == 0) {
		struct noinherit_socket s;

		/* Same number, another socket. */
		close(mine.fd);
		EXPECT(noinherit_create_socket(&s, -1, -1, -1) == 0);
		EXPECT(s.fd == mine.fd && write(pipes[1], "r", 1) == 1);
		pause();
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &ready, 1), 1);
	assert_int_equal(noinherit_share(&mine, getpid(), &data), 0);
	assert_memory_equal(data.bytes + 8, &self, sizeof(self));
	memcpy(data.bytes + 8, &(int32_t){ other }, sizeof(int32_t));
	assert_int_equal(noinherit_fromshare(&got, &data), -ESTALE);
	kill(other, SIGKILL);
	assert_int_equal(waitpid(other, &status, 0), other);
	close(pipes[0]);
	noinherit_close(&mine);
}

static void expect_no_process(const struct noinherit_shared *data)
{
	struct noinherit_socket s;

	EXPECT(noinherit_fromshare(&s, data) == -ESRCH);
}

static void share_and_end(struct noinherit_shared *data, pid_t receiver)
{
	int pipes[2];
	struct noinherit_socket s;
	pid_t sharer;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	sharer = fork();
	assert_return_code(sharer, errno);
	if (sharer == 0) {
		EXPECT(noinherit_create_socket(&s, -1, -1, -1) == 0);
		EXPECT(noinherit_share(&s, receiver, data) == 0);
		EXPECT(write(pipes[1], data, sizeof(*data)) == sizeof(*data));
		leave_child(0);
	}
	assert_int_equal(read(pipes[0], data, sizeof(*data)), sizeof(*data));
	assert_int_equal(waitpid(sharer, NULL, 0), sharer);
	close(pipes[0]);
	close(pipes[1]);
}

static void a_process_that_has_ended_is_told(void **state)
{
	struct noinherit_shared data;
	int pipes[2];
	pid_t child;

	(void)state;
	skip_without_pidfd_getfd();
	child = other_process(pipes, expect_no_process);
	share_and_end(&data, child);
	give(child, pipes, &data);
}

/* ---- permission ---------------------------------------------------------- */

static void expect_no_permission(const struct noinherit_shared *data)
{
	struct noinherit_socket s;

	/* CAP_SYS_PTRACE goes with the user. */
	if (geteuid() == 0)
		EXPECT(setresgid(65534, 65534, 65534) == 0 &&
		      setresuid(65534, 65534, 65534) == 0);
	EXPECT(noinherit_fromshare(&s, data) == -EPERM);
}

static void without_the_permission_it_is_eperm(void **state)
{
	struct noinherit_socket s;
	struct noinherit_shared data;
	int pipes[2];
	pid_t child;

	(void)state;
	skip_without_pidfd_getfd();
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	child = other_process(pipes, expect_no_permission);
	assert_int_equal(noinherit_share(&s, child, &data), 0);
	/* Like a set-id program: closed to a receiver of the same user. */
	prctl(PR_SET_DUMPABLE, 0);
	give(child, pipes, &data);
	prctl(PR_SET_DUMPABLE, 1);
	noinherit_close(&s);
}

static void permission_is_offered_by_prctl(void **state)
{
	int r;

	(void)state;
	faults_watch();
	r = noinherit_share_permit(0);
	assert_string_equal(faults_end(), "prctl");
	assert_true(r == 0 || r == -EINVAL);
	faults_add("prctl", EINVAL, 1, 0);
	assert_int_equal(noinherit_share_permit(-1), -EINVAL);
}

/* ---- one process --------------------------------------------------------- */

static void sharing_asks_for_the_cookie_alone(void **state)
{
	struct noinherit_shared data, untouched;
	struct noinherit_socket s, file = {
		.fd = open("/dev/null", O_RDONLY) };

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	data = untouched;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_int_equal(noinherit_share(&s, 0, &data), -EINVAL);
	assert_int_equal(noinherit_share(&s, -1, &data), -EINVAL);
	assert_int_equal(noinherit_share(&file, 1, &data), -ENOTSOCK);
	assert_memory_equal(&data, &untouched, sizeof(data));
	noinherit_close(&file);
	faults_watch();
	assert_int_equal(noinherit_share(&s, 1, &data), 0);
	assert_string_equal(faults_end(), "getsockopt");
	noinherit_close(&s);
}

static void a_description_for_somebody_else_is_refused(void **state)
{
	struct noinherit_socket s, got;
	struct noinherit_shared data;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_int_equal(noinherit_share(&s, 1, &data), 0);
	faults_watch();
	assert_int_equal(noinherit_fromshare(&got, &data), -EXDEV);
	assert_string_equal(faults_end(), "");
	noinherit_close(&s);
}

/* Any byte may be wrong; nothing may be left open and nothing be trusted. */
static void no_changed_description_is_taken_for_the_socket(void **state)
{
	struct noinherit_socket s, got;
	struct noinherit_shared good, data;

	(void)state;
	skip_without_pidfd_getfd();
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_int_equal(noinherit_share(&s, getpid(), &good), 0);
	for (size_t i = 0; i < sizeof(data.bytes); i++) {
		/* Family, type and proto are not proved, as in adopt. */
		bool is_record = i >= 20 && i < 32, r;

		data = good;
		data.bytes[i] ^= 0x81;
		r = noinherit_fromshare(&got, &data);
		if (is_record && r == 0)
			noinherit_close(&got);
		if ((r != 0) == is_record)
			fail_msg("byte %zu: %d", i, r);
	}
	memset(&data, 0, sizeof(data));
	assert_int_equal(noinherit_fromshare(&got, &data), -EINVAL);
	noinherit_close(&s);
}

static void each_step_of_fetching_may_fail(void **state)
{
	static const struct {
		const char *call;
		int error, skip, result;
		const char *calls;
	} rows[] = {
		{ "syscall", ENOSYS, 0, -ENOSYS, "syscall" },
		{ "syscall", EPERM, 1, -EPERM, "syscall syscall close" },
		{ "syscall", EBADF, 1, -ESTALE, "syscall syscall close" },
		{ "getsockopt", ENOPROTOOPT, 0, -ENOPROTOOPT,
		  "syscall syscall close getsockopt close" },
		{ "ioctl", EIO, 0, -EIO,
		  "syscall syscall close getsockopt ioctl close" },
	};
	struct noinherit_socket s, got;
	struct noinherit_shared data;

	(void)state;
	skip_without_pidfd_getfd();
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	assert_int_equal(noinherit_share(&s, getpid(), &data), 0);
	noinherit_setdefaulttimeout_ns(MS);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		faults_watch();
		faults_add(rows[i].call, rows[i].error, 1, rows[i].skip);
		assert_int_equal(noinherit_fromshare(&got, &data),
				 rows[i].result);
		assert_string_equal(faults_end(), rows[i].calls);
	}
	noinherit_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(a_socket_goes_to_another_process),
		api_test(a_number_that_was_used_anew_is_refused),
		api_test(a_process_that_took_the_id_is_refused),
		api_test(a_process_that_has_ended_is_told),
		api_test(without_the_permission_it_is_eperm),
		api_test(permission_is_offered_by_prctl),
		api_test(sharing_asks_for_the_cookie_alone),
		api_test(a_description_for_somebody_else_is_refused),
		api_test(no_changed_description_is_taken_for_the_socket),
		api_test(each_step_of_fetching_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
