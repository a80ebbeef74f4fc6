/*
 * Descriptions of shared sockets, of any bytes: none gives a socket that nobody
 * shared, and no descriptor stays open. The simulated kernel returns a socket
 * for every number.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "noinherit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* By another name: the sanitizers have declared syscall() already. */
long played_syscall(long number, ...) __asm__("syscall");

/* pidfd_open returns a descriptor, pidfd_getfd a socket. */
long played_syscall(long number, ...)
{
	return number == 434 ? open("/dev/null", O_RDONLY) :
			       socket(AF_UNIX, SOCK_STREAM, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;
	struct noinherit_shared shared = { { 0 } };
	int32_t receiver = getpid();
	struct noinherit_socket s;
	int lowest = dup(0);

	if (size < 1)
		return 0;
	size = size - 1 < sizeof(shared.bytes) ? size - 1 : sizeof(shared.bytes);
	memcpy(shared.bytes, data + 1, size);
	/* The member that says for which process the description is. */
	if (data[0] % 4)
		memcpy(shared.bytes + 12, &receiver, sizeof(receiver));
	close(lowest);
	assert(noinherit_fromshare(&s, &shared) < 0);
	assert(!memcmp(&s, &closed, sizeof(s)));
	assert(dup(0) == lowest);
	close(lowest);
	return 0;
}
