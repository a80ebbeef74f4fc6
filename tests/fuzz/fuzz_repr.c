/*
 * Whatever bytes the kernel gave as an address, the text stays in its buffer,
 * ends with NUL, and has the same length for every size of buffer.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/text.h"
#include "noinherit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *kernel_says;
static size_t kernel_size;

static int answer(void *address, socklen_t *room)
{
	size_t fits = kernel_size < *room ? kernel_size : *room;

	memcpy(address, kernel_says, fits);
	*room = (socklen_t)kernel_size;
	return 0;
}

int played_getsockname(int fd, void *address, socklen_t *room)
	__asm__("getsockname");
int played_getpeername(int fd, void *address, socklen_t *room)
	__asm__("getpeername");

int played_getsockname(int fd, void *address, socklen_t *room)
{
	(void)fd;
	return answer(address, room);
}

int played_getpeername(int fd, void *address, socklen_t *room)
{
	(void)fd;
	return answer(address, room);
}

static void check_size(const struct noinherit_socket *s, size_t size,
		       int whole, const char *text)
{
	char *buf = malloc(size + !size);
	size_t written = (size_t)whole < size ? (size_t)whole : size - 1;

	assert(noinherit_repr(s, buf, size) == whole);
	assert(!size || !memcmp(buf, text, written));
	assert(!size || !buf[written]);
	free(buf);
}

/* An address from the program, in a block of exactly its size. */
static void check_given(const struct noinherit_socket *s, const uint8_t *data,
			size_t size)
{
	struct sockaddr *address = malloc(size + !size);
	char text[2048];
	int r;

	memcpy(address, data, size);
	r = noinherit_format_address(s, address, (socklen_t)size, text,
				     sizeof(text));
	assert(r < (int)sizeof(text));
	assert(r < 0 || strlen(text) <= (size_t)r);
	assert(noinherit_port(address, (socklen_t)size) <= 65535);
	free(address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct noinherit_socket s = { .fd = 1 << 20, .family = 1, .type = 2 };
	char text[2048];
	struct ni_text quoted = ni_text_in(text, sizeof(text));
	int whole;

	if (size < 1)
		return 0;
	/* The protocol decides which of three forms a CAN address has. */
	s.proto = data[0] % 8;
	kernel_says = data + 1;
	/* The kernel may report a size greater than the storage. */
	kernel_size = size - 1;
	whole = noinherit_repr(&s, text, sizeof(text));
	assert(whole > 0 && (size_t)whole < sizeof(text));
	assert(strlen(text) <= (size_t)whole);
	check_size(&s, data[0], whole, text);
	check_size(&s, (size_t)whole, whole, text);
	check_size(&s, (size_t)whole + 1, whole, text);

	check_given(&s, kernel_says, size - 1 < 128 ? size - 1 : 128);
	check_given(NULL, kernel_says, size - 1 < 128 ? size - 1 : 128);

	ni_text_quote_bytes(&quoted, data, size < 256 ? size : 256);
	assert(quoted.length < sizeof(text));
	return 0;
}
