/*
 * reader.c - receiving an exact number of bytes, and lines through a buffer.
 */
#include "noinherit.h"

#include <poll.h>
#include <string.h>

#include "lib/system.h"
#include "lib/timeout.h"
#include "lib/transfer.h"

int noinherit_recv_exact(const struct noinherit_socket *s, void *buf,
			 size_t size, size_t *received)
{
	struct ni_limit limit = ni_limit_of(s);
	size_t done = 0;
	ssize_t r = 1;

	while (r > 0 && done < size) {
		r = ni_transfer_recv(s, &limit, (char *)buf + done,
				     size - done);
		if (r > 0)
			done += (size_t)r;
	}
	if (received)
		*received = done;
	if (done == size)
		return 0;
	return r < 0 ? (int)r : -ENODATA;
}

int noinherit_reader_init(struct noinherit_reader *reader,
			  const struct noinherit_socket *s, void *buf,
			  size_t size)
{
	*reader = (struct noinherit_reader){ .socket = s, .buf = buf,
					     .size = size };
	return buf && size ? 0 : -EINVAL;
}

static size_t buffered(const struct noinherit_reader *reader)
{
	return reader->end - reader->start;
}

/* Room at the end for what comes: what is unread moves to the start. */
static void make_room(struct noinherit_reader *reader)
{
	size_t left = buffered(reader);

	if (reader->start && left)
		memmove(reader->buf, reader->buf + reader->start, left);
	reader->start = 0;
	reader->end = left;
}

static ssize_t fill(struct noinherit_reader *reader, struct ni_limit *limit)
{
	ssize_t r = ni_transfer_recv(reader->socket, limit,
				     reader->buf + reader->end,
				     reader->size - reader->end);

	if (r > 0)
		reader->end += (size_t)r;
	return r;
}

static ssize_t take(struct noinherit_reader *reader, const char **line,
		    size_t size)
{
	*line = reader->buf + reader->start;
	reader->start += size;
	return (ssize_t)size;
}

ssize_t noinherit_reader_line(struct noinherit_reader *reader,
			      const char **line)
{
	struct ni_limit limit = ni_limit_of(reader->socket);
	size_t searched = 0;

	for (;;) {
		const char *start = reader->buf + reader->start;
		size_t size = buffered(reader);
		const char *newline = size == searched ? NULL :
			memchr(start + searched, '\n', size - searched);
		ssize_t r;

		if (newline)
			return take(reader, line, (size_t)(newline - start) + 1);
		if (size == reader->size)
			return take(reader, line, size);
		searched = size;
		make_room(reader);
		r = fill(reader, &limit);
		if (r < 0)
			return r;
		if (r == 0)
			return take(reader, line, size);
	}
}

static size_t give(struct noinherit_reader *reader, void *buf, size_t size)
{
	size_t given = buffered(reader) < size ? buffered(reader) : size;

	if (given)
		memcpy(buf, reader->buf + reader->start, given);
	reader->start += given;
	return given;
}

ssize_t noinherit_reader_read(struct noinherit_reader *reader, void *buf,
			      size_t size)
{
	size_t given = give(reader, buf, size);

	return given ? (ssize_t)given :
		noinherit_recv(reader->socket, buf, size, 0);
}

int noinherit_reader_exact(struct noinherit_reader *reader, void *buf,
			   size_t size, size_t *received)
{
	size_t given = give(reader, buf, size), more = 0;
	int r = noinherit_recv_exact(reader->socket, (char *)buf + given,
				     size - given, &more);

	if (received)
		*received = given + more;
	return r;
}
