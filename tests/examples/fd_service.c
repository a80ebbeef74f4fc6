/*
 * fd_service PATH FILE: a UNIX service that opens a file for its clients;
 * fd_service PATH: a client, which prints the file that it was given.
 *
 * The client gets a descriptor and not the data, and could not have opened the
 * file itself.
 */
#include <fcntl.h>
#include <noinherit.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

static int failed(const char *what, ssize_t r)
{
	fprintf(stderr, "fd_service: %s: %s\n", what,
		noinherit_strerror((int)r));
	return 1;
}

static int serve(const char *path, const char *file)
{
	const struct noinherit_server_options options = {
		.size = sizeof(options), .family = AF_UNIX,
	};
	struct noinherit_socket listener, conn;
	const struct iovec word = { (char[]){ "here" }, 4 };
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t r = noinherit_create_server(&listener, path, NULL, &options);

	if (fd < 0 || r < 0)
		return failed(path, r);
	puts("ready");
	fflush(stdout);
	r = noinherit_accept(&listener, &conn, NULL, NULL);
	if (r == 0)
		r = noinherit_send_fds(&conn, &word, 1, &fd, 1, NULL);
	noinherit_close(&conn);
	noinherit_close(&listener);
	noinherit_close_fd(fd);
	return r < 0 ? failed("client", r) : 0;
}

static int ask(const char *path)
{
	struct noinherit_socket s;
	struct sockaddr_storage address;
	int size = noinherit_address(&address, AF_UNIX, path, NOINHERIT_STRING,
				     NULL);
	ssize_t r = size < 0 ? size :
		noinherit_create_socket(&s, AF_UNIX, -1, -1);
	int fds[1], flags;
	size_t count = 0;
	char buf[4096];

	if (r == 0)
		r = noinherit_connect(&s, (struct sockaddr *)&address,
				      (socklen_t)size);
	if (r == 0)
		r = noinherit_recv_fds(&s, buf, sizeof(buf), fds, 1, &count,
				       &flags, NULL);
	noinherit_close(&s);
	if (r < 0 || count != 1 || flags & MSG_CTRUNC)
		return failed(path, r);
	while ((r = read(fds[0], buf, sizeof(buf))) > 0)
		fwrite(buf, 1, (size_t)r, stdout);
	return noinherit_close_fd(fds[0]) != 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	return argc > 2 ? serve(argv[1], argv[2]) : ask(argv[1]);
}
