/*
 * Threads that create, connect, accept, pass and close, while others change
 * the default timeout, the interrupt and the inheritable flag. Built with
 * -fsanitize=thread: a race is an error. With -DRACE one is made on purpose.
 */
#include <noinherit.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>

enum { ROUNDS = 300, THREADS = 2 };

static const int64_t default_ns = INT64_C(60000000000);
static struct noinherit_socket listener;
static char port[16];
static atomic_int is_over, asked;
#ifdef RACE
static int unguarded;
#endif

static void must(int is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "not so: %s\n", what);
	exit(1);
}
#define MUST(claim) must(claim, #claim)

static int never_stop(void *data)
{
	atomic_fetch_add((atomic_int *)data, 1);
	return 0;
}

static void on_signal(int number)
{
	(void)number;
}

/* A socket made during the change has either of the two defaults, never a
 * mixture. */
static void check(struct noinherit_socket *s)
{
	int64_t timeout_ns = noinherit_gettimeout_ns(s);

	MUST(timeout_ns == NOINHERIT_BLOCKING || timeout_ns == default_ns);
	MUST(noinherit_get_inheritable(s->fd) == 0);
}

static void *change(void *unused)
{
	while (!is_over) {
		MUST(noinherit_setdefaulttimeout_ns(default_ns) == 0);
		noinherit_set_interrupt(never_stop, &asked);
		MUST(noinherit_setdefaulttimeout_ns(NOINHERIT_BLOCKING) == 0);
		noinherit_set_interrupt(NULL, NULL);
#ifdef RACE
		unguarded++;
#endif
	}
	return unused;
}

static void pass(void)
{
	const struct iovec byte = { (char[]){ "x" }, 1 };
	struct noinherit_socket pair[2], copy;
	size_t count;
	int flags;
	char got;
	int fd;

	MUST(noinherit_socketpair(pair, -1, SOCK_STREAM, 0) == 0);
	check(&pair[0]);
	MUST(noinherit_send_fds(&pair[0], &byte, 1, &pair[0].fd, 1, NULL) == 1);
	MUST(noinherit_recv_fds(&pair[1], &got, 1, &fd, 1, &count, &flags,
				NULL) == 1);
	MUST(noinherit_adopt(&copy, fd, -1, -1, -1) == 0);
	check(&copy);
	noinherit_close(&copy);
	noinherit_close(&pair[0]);
	noinherit_close(&pair[1]);
}

static void *create(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct noinherit_socket s, copy;
		char text[256];

		MUST(noinherit_create_socket(&s, -1, -1, -1) == 0);
		check(&s);
		MUST(noinherit_fromfd(&copy, s.fd, -1, -1, -1) == 0);
		MUST(noinherit_set_inheritable(copy.fd, 0) == 0);
		MUST(noinherit_repr(&copy, text, sizeof(text)) > 0);
		MUST(noinherit_strerror(-i)[0] != '\0');
		noinherit_has_dualstack_ipv6();
		noinherit_close(&s);
		noinherit_close(&copy);
		pass();
#ifdef RACE
		unguarded++;
#endif
	}
	return unused;
}

static void *connect_each(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct noinherit_socket s;
		char byte = 'x';

		MUST(noinherit_create_connection(&s, "127.0.0.1", port,
						 NULL) == 0);
		check(&s);
		MUST(noinherit_sendall(&s, &byte, 1, 0, NULL) == 0);
		MUST(noinherit_recv(&s, &byte, 1, 0) == 1);
		noinherit_close(&s);
	}
	return unused;
}

/* Two threads accept on one listener, which both only read. */
static void *serve(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct noinherit_socket conn;
		char byte;

		MUST(noinherit_accept(&listener, &conn, NULL, NULL) == 0);
		check(&conn);
		MUST(noinherit_recv(&conn, &byte, 1, 0) == 1);
		MUST(noinherit_sendall(&conn, &byte, 1, 0, NULL) == 0);
		noinherit_close(&conn);
	}
	return unused;
}

static void *interrupt(void *threads)
{
	while (!is_over) {
		for (int i = 0; i < THREADS; i++)
			pthread_kill(((pthread_t *)threads)[i], SIGUSR1);
		sched_yield();
	}
	return NULL;
}

int main(void)
{
	static void *(*const work[])(void *) = { serve, create, connect_each };
	struct sigaction action = { .sa_handler = on_signal };
	pthread_t workers[3][THREADS], changer, interrupter;
	struct sockaddr_in address;
	socklen_t size = sizeof(address);

	sigaction(SIGUSR1, &action, NULL);
	MUST(noinherit_create_server(&listener, "127.0.0.1", "0", NULL) == 0);
	getsockname(listener.fd, (struct sockaddr *)&address, &size);
	snprintf(port, sizeof(port), "%d", ntohs(address.sin_port));
	for (int kind = 0; kind < 3; kind++)
		for (int i = 0; i < THREADS; i++)
			pthread_create(&workers[kind][i], NULL, work[kind],
				       NULL);
	pthread_create(&changer, NULL, change, NULL);
	/* The threads that accept are blocked, and are interrupted there. */
	pthread_create(&interrupter, NULL, interrupt, workers[0]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(workers[2][i], NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(workers[1][i], NULL);
	is_over = 1;
	pthread_join(interrupter, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(workers[0][i], NULL);
	pthread_join(changer, NULL);
	return noinherit_close(&listener) != 0;
}
