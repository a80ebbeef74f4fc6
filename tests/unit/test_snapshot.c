/*
 * A snapshot holds every socket of every process, and counts what it lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "cli/scan/snapshot.h"
#include "descriptors.h"
#include "folder.h"


static const char *at(const char *path)
{
	static char full[256];

	snprintf(full, sizeof(full), "%s/%s", folder, path);
	return full;
}

static void put(const char *path, const char *text)
{
	int fd = open(at(path), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_return_code(fd, errno);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* A process as /proc would show it, with one descriptor. */
static void make_process(const char *pid, const char *fd, const char *link,
			 const char *flags)
{
	char path[64], text[64];

	mkdir(at(pid), 0700);
	snprintf(path, sizeof(path), "%s/fd", pid);
	mkdir(at(path), 0700);
	snprintf(path, sizeof(path), "%s/fdinfo", pid);
	mkdir(at(path), 0700);
	snprintf(path, sizeof(path), "%s/stat", pid);
	put(path, "1 (x) S 7 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 55 1\n");
	snprintf(path, sizeof(path), "%s/exe", pid);
	assert_int_equal(symlink("/bin/sh", at(path)), 0);
	snprintf(path, sizeof(path), "%s/fd/%s", pid, fd);
	assert_int_equal(symlink(link, at(path)), 0);
	snprintf(path, sizeof(path), "%s/fdinfo/%s", pid, fd);
	snprintf(text, sizeof(text), "pos:\t0\nflags:\t%s\n", flags);
	put(path, text);
}

static struct ni_snapshot take(const char *path)
{
	struct ni_snapshot snapshot;
	int proc = open(path, O_RDONLY | O_DIRECTORY), before;

	before = count_descriptors();
	assert_int_equal(ni_snapshot_take(proc, &snapshot), 0);
	assert_int_equal(count_descriptors(), before);
	close(proc);
	return snapshot;
}

static void a_process_with_a_socket_is_described(void **state)
{
	struct ni_snapshot snapshot;
	struct stat shell;

	(void)state;
	make_process("40", "5", "socket:[4242]", "02");
	make_process("41", "3", "socket:[4242]", "02000002");
	make_process("42", "3", "pipe:[4242]", "02");
	snapshot = take(folder);
	assert_int_equal(snapshot.seen, 3);
	assert_int_equal(snapshot.process_count, 2);
	assert_int_equal(snapshot.held_count, 2);
	assert_int_equal(stat("/bin/sh", &shell), 0);
	for (size_t i = 0; i < 2; i++) {
		const struct ni_held_socket *held = &snapshot.held[i];
		const struct ni_process *process =
			&snapshot.processes[held->process];

		assert_int_equal(held->inode, 4242);
		assert_int_equal(held->fd, process->pid == 40 ? 5 : 3);
		assert_int_equal(held->is_inheritable, process->pid == 40);
		assert_int_equal(process->parent, 7);
		assert_int_equal(process->start, 55);
		assert_int_equal(process->inode, shell.st_ino);
		assert_int_equal(process->device, shell.st_dev);
	}
	ni_snapshot_free(&snapshot);
}

static void what_is_gone_meanwhile_is_counted(void **state)
{
	struct ni_snapshot snapshot;

	(void)state;
	make_process("40", "5", "socket:[4242]", "02");
	unlink(at("40/stat"));			/* gone after its sockets */
	mkdir(at("50"), 0700);			/* gone before them */
	make_process("60", "5", "socket:[4242]", "02");
	unlink(at("60/fdinfo/5"));		/* closed in between */
	snapshot = take(folder);
	assert_int_equal(snapshot.vanished, 2);
	assert_int_equal(snapshot.seen, 1);
	assert_int_equal(snapshot.held_count, 0);
	assert_int_equal(snapshot.process_count, 0);
	ni_snapshot_free(&snapshot);
}

static void what_is_no_process_is_passed_over(void **state)
{
	struct ni_snapshot snapshot;

	(void)state;
	mkdir(at("self"), 0700);
	put("uptime", "1");
	put("99999999999", "1");
	snapshot = take(folder);
	assert_int_equal(snapshot.seen + snapshot.vanished + snapshot.denied, 0);
	ni_snapshot_free(&snapshot);
}

static const struct ni_held_socket *find(const struct ni_snapshot *snapshot,
					 int fd)
{
	for (size_t i = 0; i < snapshot->held_count; i++)
		if (snapshot->held[i].fd == fd &&
		    snapshot->processes[snapshot->held[i].process].pid == getpid())
			return &snapshot->held[i];
	return NULL;
}

/* This process, as the kernel shows it. */
static void sockets_of_this_process_are_there(void **state)
{
	int marked = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int plain = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct ni_snapshot snapshot = take("/proc");
	struct stat status;

	(void)state;
	assert_int_equal(fstat(plain, &status), 0);
	assert_non_null(find(&snapshot, plain));
	assert_non_null(find(&snapshot, marked));
	assert_null(find(&snapshot, 0));
	assert_int_equal(find(&snapshot, plain)->inode, status.st_ino);
	assert_true(find(&snapshot, plain)->is_inheritable);
	assert_false(find(&snapshot, marked)->is_inheritable);
	ni_snapshot_free(&snapshot);
	close(marked);
	close(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_process_with_a_socket_is_described,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(what_is_gone_meanwhile_is_counted,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(what_is_no_process_is_passed_over,
						make_folder, remove_folder),
		cmocka_unit_test(sockets_of_this_process_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
