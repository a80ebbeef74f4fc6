/*
 * proxy HOST PORT SECONDS: a TCP proxy for IPv4 and IPv6, on a free port.
 *
 * A thread per direction; the two of a connection share a deadline, which either
 * cancels if it fails. SIGTERM ends the program by the listener's deadline.
 */
#include <noinherit.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct line {
	struct noinherit_socket from, to;
	struct noinherit_deadline *deadline;
};

static const char *host, *port;
static int64_t span_ns;
static struct noinherit_deadline until_signal;

static void on_signal(int number)
{
	(void)number;
	noinherit_deadline_cancel(&until_signal);
}

static void *copy(void *data)
{
	struct line *line = data;
	char buf[65536];
	ssize_t r;

	while ((r = noinherit_recv(&line->from, buf, sizeof(buf), 0)) > 0)
		if (noinherit_sendall(&line->to, buf, (size_t)r, 0, NULL) < 0)
			break;
	noinherit_shutdown(&line->to, SHUT_WR);
	if (r < 0)
		noinherit_deadline_cancel(line->deadline);
	return NULL;
}

static void *serve(void *data)
{
	struct noinherit_socket client = *(struct noinherit_socket *)data, server;
	struct noinherit_deadline deadline;
	struct noinherit_connect_options options = {
		.size = sizeof(options), .deadline = &deadline,
	};
	int r;

	free(data);
	noinherit_deadline_init(&deadline, span_ns, NOINHERIT_CANCELLABLE);
	noinherit_set_deadline(&client, &deadline);
	r = noinherit_create_connection(&server, host, port, &options);
	if (r == 0) {
		struct line there = { client, server, &deadline };
		struct line back = { server, client, &deadline };
		pthread_t thread;

		pthread_create(&thread, NULL, copy, &there);
		copy(&back);
		pthread_join(thread, NULL);
	} else {
		fprintf(stderr, "proxy: %s\n", noinherit_strerror(r));
	}
	noinherit_close(&server);
	noinherit_close(&client);
	noinherit_deadline_close(&deadline);
	return NULL;
}

int main(int argc, char **argv)
{
	const struct noinherit_server_options options = {
		.size = sizeof(options), .family = AF_INET6,
		.flags = NOINHERIT_DUALSTACK_IPV6,
	};
	struct noinherit_socket listener, conn;
	char text[256];

	if (argc != 4 || noinherit_create_server(&listener, "", "0", &options))
		return 2;
	host = argv[1], port = argv[2], span_ns = atoll(argv[3]) * NOINHERIT_SECOND;
	noinherit_deadline_init(&until_signal, NOINHERIT_BLOCKING,
				NOINHERIT_CANCELLABLE);
	noinherit_set_deadline(&listener, &until_signal);
	signal(SIGTERM, on_signal);
	noinherit_repr(&listener, text, sizeof(text));
	puts(text), fflush(stdout);
	while (noinherit_accept(&listener, &conn, NULL, NULL) == 0) {
		struct noinherit_socket *given = malloc(sizeof(*given));
		pthread_t thread;
		*given = conn;
		pthread_create(&thread, NULL, serve, given);
		pthread_detach(thread);
	}
	return noinherit_close(&listener) != 0;
}
