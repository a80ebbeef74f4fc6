/*
 * Whatever a peer sends, and in whatever parts it arrives: the reader returns
 * every byte once and in order, ends each line at its newline, and stays within
 * its buffer.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "noinherit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *sent;
static size_t sent_size, part_max;

ssize_t played_recv(int fd, void *buf, size_t size, int flags)
	__asm__("recv");

ssize_t played_recv(int fd, void *buf, size_t size, int flags)
{
	size_t part = sent_size < part_max ? sent_size : part_max;

	(void)fd, (void)flags;
	assert(size > 0);
	part = part < size ? part : size;
	memcpy(buf, sent, part);
	sent += part;
	sent_size -= part;
	return (ssize_t)part;
}

static size_t expected_line(const uint8_t *from, size_t size, size_t room)
{
	const uint8_t *newline = memchr(from, '\n', size < room ? size : room);

	if (newline)
		return (size_t)(newline - from) + 1;
	return size < room ? size : room;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct noinherit_socket s = { .fd = 1 << 20, .timeout_ns = -1 };
	struct noinherit_reader reader;
	const char *line;
	size_t room;
	char *buf;

	if (size < 2)
		return 0;
	room = (size_t)data[0] % 64 + 1;
	part_max = (size_t)data[1] % 16 + 1;
	data += 1, size -= 1;
	sent = data, sent_size = size;
	/* In a block of exactly its size, so that an overrun is detected. */
	buf = malloc(room);
	assert(noinherit_reader_init(&reader, &s, buf, room) == 0);
	while (size) {
		size_t expected = expected_line(data, size, room);
		ssize_t r = noinherit_reader_line(&reader, &line);

		assert(r == (ssize_t)expected);
		assert(!memcmp(line, data, expected));
		data += r, size -= (size_t)r;
		if (size && *data % 3 == 0) {
			char exact[8];
			size_t got, wanted = *data % 8;

			noinherit_reader_exact(&reader, exact, wanted, &got);
			assert(got == (wanted < size ? wanted : size));
			assert(!memcmp(exact, data, got));
			data += got, size -= got;
		}
	}
	assert(noinherit_reader_line(&reader, &line) == 0);
	free(buf);
	return 0;
}
