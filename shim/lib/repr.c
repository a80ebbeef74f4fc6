/*
 * repr.c - sockets as Python's repr() shows them (S-106, S-107).
 */
#include "noinherit.h"

#include <string.h>

#include "lib/address.h"
#include "lib/socket_fd.h"
#include "lib/system.h"
#include "lib/text.h"

static void write_name(struct ni_text *text, const char *label,
		       const struct noinherit_socket *s,
		       int (*ask)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_storage address;
	char words[512];
	struct ni_text name = ni_text_in(words, sizeof(words));
	socklen_t size = sizeof(address);

	memset(&address, 0, sizeof(address));
	if (ask(s->fd, (struct sockaddr *)&address, &size) < 0)
		return;
	ni_address_write(&name, &address, size, s);
	if (name.length)
		ni_text_format(text, ", %s=%s", label, words);
}

int noinherit_repr(const struct noinherit_socket *s, char *buf, size_t size)
{
	struct ni_text text = ni_text_in(buf, size);
	int fd = ni_socket_fd(s);
	const char *closed = fd < 0 ? " [closed]" : "";

	ni_text_format(&text,
		       "<socket.socket%s fd=%d, family=%d, type=%d, proto=%d",
		       closed, fd, s->family, s->type, s->proto);
	if (fd >= 0) {
		write_name(&text, "laddr", s, ni_sys_getsockname);
		write_name(&text, "raddr", s, ni_sys_getpeername);
	}
	ni_text_format(&text, ">");
	return (int)text.length;
}
