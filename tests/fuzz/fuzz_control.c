/*
 * Control messages of any bytes: nothing is read past their end, no descriptor
 * is counted twice, and each is either taken or counted as surplus.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/passing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t surplus_count;

static void count_surplus(int fd)
{
	(void)fd;
	surplus_count++;
}

static size_t collect(const uint8_t *data, size_t size, size_t room)
{
	/* In a block of exactly its size, so that an overrun is detected. */
	void *control = malloc(size + !size);
	int *fds = malloc(room * sizeof(int) + 1);
	struct msghdr msg;
	size_t count;

	memcpy(control, data, size);
	memset(&msg, 0, sizeof(msg));
	msg.msg_control = control;
	msg.msg_controllen = size;
	surplus_count = 0;
	count = ni_passing_collect(&msg, fds, room, count_surplus);
	assert(count <= room);
	assert(count + surplus_count <= size / sizeof(int));
	free(control);
	free(fds);
	return count + surplus_count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t all, none, plenty;

	if (size < 1)
		return 0;
	all = collect(data + 1, size - 1, data[0]);
	none = collect(data + 1, size - 1, 0);
	plenty = collect(data + 1, size - 1, 4096);
	assert(none == all && plenty == all);
	return 0;
}
