/*
 * Files of /proc and first lines of scripts may contain any bytes: results fit
 * into their buffers, and nothing is read past the end of the input.
 *
 * Links with: shim/cli/printable.c shim/cli/scan/cgroup.c shim/cli/scan/proc_text.c shim/cli/reach/script.c shim/cli/scan/socket_table.c
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/printable.h"
#include "cli/scan/cgroup.h"
#include "cli/scan/proc_text.h"
#include "cli/reach/script.h"
#include "cli/scan/socket_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_lists(const char *text)
{
	const struct ni_socket_list *list;
	struct ni_listed_socket socket;

	for (size_t i = 0; (list = ni_socket_list_at(i)); i++) {
		if (ni_socket_line(list, text, &socket) < 0)
			continue;
		assert(socket.inode);
		assert(socket.local_size <= sizeof(socket.local));
		assert(socket.remote_size <= sizeof(socket.remote));
	}
	ni_socket_of_protocol(text, &socket);
}

static void try_process(const char *text, size_t size)
{
	static struct ni_mapping mapping;
	struct ni_cgroup cgroup;
	uint64_t number;
	unsigned flags;
	pid_t pid;
	uid_t user;

	ni_proc_socket_inode(text, &number);
	ni_proc_open_flags(text, &flags);
	ni_proc_stat(text, &pid, &number);
	assert(ni_proc_pid(text) >= 0);
	ni_proc_is_listen_fd(text, size, 7, 3);
	ni_proc_user(text, &user);
	if (ni_proc_mapping(text, &mapping) == 0)
		assert(strlen(mapping.path) < sizeof(mapping.path));
	ni_cgroup_read(text, &cgroup);
	assert(strlen(cgroup.unit) < sizeof(cgroup.unit));
	assert(strlen(cgroup.container) < sizeof(cgroup.container));
	assert(!strpbrk(cgroup.unit, "/\n"));
}

static void try_script(const char *text, size_t size)
{
	struct ni_env_script env;
	struct ni_script script;

	ni_script_is_text(text, size);
	if (ni_script_read(text, size, &script) < 0)
		return;
	assert(script.interpreter[0]);
	assert(strlen(script.interpreter) < sizeof(script.interpreter));
	assert(strlen(script.argument) < sizeof(script.argument));
	ni_env_script_read(script.argument, &env);
	assert(strlen(env.command) < sizeof(env.command));
}

static void try_printing(const char *text, size_t size)
{
	char *out = malloc(NI_PRINTABLE_GROWTH * size + 1);
	char *utf8 = ni_utf8_copy(text, size);
	char *again = ni_utf8_copy(utf8, strlen(utf8));

	assert(ni_printable(text, size, out) == strlen(out));
	assert(!strpbrk(out, "\n\t\033\x7f"));
	/* Valid UTF-8 is left as it is. */
	assert(!strcmp(utf8, again));
	free(again);
	free(utf8);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* In a block of exactly its size, so that an overrun is detected. */
	char *text = malloc(size + 1), *bytes = malloc(size + !size);

	memcpy(text, data, size);
	memcpy(bytes, data, size);
	text[size] = '\0';
	try_lists(text);
	try_process(text, size);
	ni_proc_is_listen_fd(bytes, size, 7, 3);
	try_script(bytes, size);
	try_printing(bytes, size);
	free(bytes);
	free(text);
	return 0;
}
