/*
 * echo_server [PORT]: sends back what it receives, over IPv4 and IPv6.
 *
 * Each connection has a thread and ten seconds. SIGTERM ends the server: if it
 * arrives in the instant before accept waits, after the timeout of a second.
 */
#include <noinherit.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static volatile sig_atomic_t is_ending;

static void on_term(int number)
{
	(void)number;
	is_ending = 1;
}

static int should_stop(void *unused)
{
	(void)unused;
	return is_ending;
}

static void *serve(void *data)
{
	struct noinherit_socket *conn = data;
	char buf[4096];
	ssize_t size;

	noinherit_settimeout_ns(conn, 10 * NOINHERIT_SECOND);
	while ((size = noinherit_recv(conn, buf, sizeof(buf), 0)) > 0)
		if (noinherit_sendall(conn, buf, (size_t)size, 0, NULL) < 0)
			break;
	noinherit_close(conn);
	free(conn);
	return NULL;
}

static void serve_next(struct noinherit_socket *server)
{
	struct noinherit_socket *conn = malloc(sizeof(*conn));
	pthread_t thread;

	if (!conn || noinherit_accept(server, conn, NULL, NULL) < 0)
		free(conn);
	else if (pthread_create(&thread, NULL, serve, conn))
		serve(conn);
	else
		pthread_detach(thread);
}

int main(int argc, char **argv)
{
	char text[256];
	const struct noinherit_server_options options = {
		.size = sizeof(options), .family = AF_INET6,
		.flags = NOINHERIT_DUALSTACK_IPV6, .message = text,
		.message_size = sizeof(text),
	};
	struct sigaction action = { .sa_handler = on_term };
	struct noinherit_socket server;

	sigaction(SIGTERM, &action, NULL);
	noinherit_set_interrupt(should_stop, NULL);
	if (noinherit_create_server(&server, "", argc > 1 ? argv[1] : "0",
				    &options) < 0)
		return fprintf(stderr, "echo_server: %s\n", text), 1;
	noinherit_settimeout_ns(&server, NOINHERIT_SECOND);
	noinherit_repr(&server, text, sizeof(text));
	printf("%s\n", text);
	fflush(stdout);
	while (!is_ending)
		serve_next(&server);
	return noinherit_close(&server) < 0;
}
