/*
 * api_world.h - what a case needs besides the library: descriptors made without
 * it, full queues, signals, a resolver with canned answers.
 */
#ifndef TESTS_API_WORLD_H
#define TESTS_API_WORLD_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "script.h"

static long long checked(long long r)
{
	return r < 0 ? -errno : r;
}

static long long os_socket(const struct statement *st)
{
	return checked(socket(NUMBER_AT(st, 0), NUMBER_AT(st, 1),
			      NUMBER_AT(st, 2)));
}

static long long os_open(const struct statement *st)
{
	return checked(open(TEXT_AT(st, 0, NULL), NUMBER_AT(st, 1), 0600));
}

/* A file that contains these bytes, open for reading. */
static long long os_file(const struct statement *st)
{
	size_t size;
	char *bytes = TEXT_AT(st, 1, &size);
	int fd = open(TEXT_AT(st, 0, NULL), O_CREAT | O_RDWR | O_CLOEXEC,
		      0600);

	return checked(fd < 0 || write(fd, bytes, size) < 0 ? -1 : fd);
}

static long long os_pipe(const struct statement *st)
{
	int ends[2], r = pipe2(ends, O_CLOEXEC);

	put_number(st, 0, ends[0]);
	put_number(st, 1, ends[1]);
	return checked(r);
}

/* Sends without MSG_NOSIGNAL, as a careless program does. */
static long long os_send(const struct statement *st)
{
	size_t size;
	char *bytes = TEXT_AT(st, 1, &size);

	return checked(send(NUMBER_AT(st, 0), bytes, size, 0));
}

static long long os_close(const struct statement *st)
{
	return checked(close(NUMBER_AT(st, 0)));
}

static long long os_number(const struct statement *st)
{
	put_number(st, 0, to_number(word_at(st, 0)));
	return 0;
}

static long long os_fcntl(const struct statement *st)
{
	return checked(fcntl(NUMBER_AT(st, 0), NUMBER_AT(st, 1),
			     NUMBER_AT(st, 2)));
}

static long long os_setsockopt(const struct statement *st)
{
	int value = NUMBER_AT(st, 3);

	return checked(setsockopt(NUMBER_AT(st, 0), NUMBER_AT(st, 1),
				  NUMBER_AT(st, 2), &value, sizeof(value)));
}

static long long set_limit(rlim_t number, int to_hard)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = to_hard ? limit.rlim_max : number;
	return checked(setrlimit(RLIMIT_NOFILE, &limit));
}

static long long os_limit_files(const struct statement *st)
{
	return set_limit((rlim_t)NUMBER_AT(st, 0), 0);
}

/* Makes system calls without effect, so that the first ones, into which strace
 * injects errors, are not those of the preparation. */
static void spend_calls(const char *name, int times)
{
#define CALL(name) { #name, SYS_##name }
	static const struct {
		const char *name;
		long number;
	} calls[] = {
		CALL(accept), CALL(accept4), CALL(bind), CALL(close),
		CALL(connect), CALL(dup2), CALL(dup3), CALL(fcntl),
		CALL(getsockname), CALL(getsockopt), CALL(ioctl),
		CALL(listen), CALL(poll), CALL(recvfrom), CALL(recvmsg),
		CALL(sendmsg), CALL(sendto), CALL(setsockopt), CALL(socket),
		CALL(socketpair),
	};
#undef CALL
	size_t i = 0;

	while (i < sizeof(calls) / sizeof(calls[0]) &&
	       strcmp(calls[i].name, name))
		i++;
	if (i == sizeof(calls) / sizeof(calls[0]))
		script_die("cannot spend", name);
	while (times-- > 0)
		syscall(calls[i].number, -1, -1, -1, -1, -1, -1);
}

static long long spend(const struct statement *st)
{
	spend_calls(TEXT_AT(st, 0, NULL), NUMBER_AT(st, 1));
	return 0;
}

static long long zeros(const struct statement *st)
{
	size_t size = (size_t)to_number(word_at(st, 0));

	put_bytes(st, 0, calloc(1, size), size);
	return 0;
}

static long long port_of(const struct statement *st)
{
	struct sockaddr_in6 address;
	socklen_t size = sizeof(address);
	int r = getsockname(NUMBER_AT(st, 0), (struct sockaddr *)&address,
			    &size);

	return r < 0 ? checked(r) : ntohs(address.sin6_port);
}

/* Sends until the kernel accepts no more. */
static long long fill(const struct statement *st)
{
	static const char block[65536];
	int fd = NUMBER_AT(st, 0);

	for (size_t size = sizeof(block); size; size /= 2)
		while (send(fd, block, size, MSG_DONTWAIT) > 0)
			;
	return 0;
}

static struct {
	int last, fd;
} alarms;

static void alarmed(int signal)
{
	int kept = errno;

	(void)signal;
	alarms_count = alarms_count + 1;
	if (alarms_count == alarms.last && write(alarms.fd, "x", 1) < 0)
		complain("the alarm could not write");
	errno = kept;
}

/* Interrupts waiting calls; the alarm with the number @last writes a byte to
 * @fd. */
static long long on_alarm(const struct statement *st)
{
	struct sigaction action = { .sa_handler = alarmed };

	alarms.last = NUMBER_AT(st, 0);
	alarms.fd = NUMBER_AT(st, 1);
	return checked(sigaction(SIGALRM, &action, NULL));
}

static long long alarm_every_ms(const struct statement *st)
{
	struct timeval step = { .tv_usec = NUMBER_AT(st, 0) * 1000 };
	struct itimerval timer = { step, step };

	return checked(setitimer(ITIMER_REAL, &timer, NULL));
}

/* ---- a resolver with canned answers -------------------------------------- */

static struct {
	bool is_given;
	size_t count;
	struct addrinfo list[LIST_MAX];
	struct sockaddr_storage addresses[LIST_MAX];
} answers;

static long long resolve_to(const struct statement *st)
{
	answers.is_given = 1;
	answers.count = st->words_count;
	for (size_t i = 0; i < answers.count; i++) {
		char *host = TEXT_AT(st, i, NULL);
		int family = strchr(host, ':') ? AF_INET6 : AF_INET;

		answers.list[i].ai_family = family;
		answers.list[i].ai_socktype = SOCK_STREAM;
		answers.list[i].ai_protocol = IPPROTO_TCP;
		answers.list[i].ai_addr =
			(struct sockaddr *)&answers.addresses[i];
		answers.list[i].ai_addrlen = (socklen_t)noinherit_address(
			&answers.addresses[i], family, host, NOINHERIT_STRING,
			"0");
		answers.list[i].ai_next = i + 1 < answers.count ?
			&answers.list[i + 1] : NULL;
	}
	return 0;
}

/* Used instead of libc's by everything that is linked with this program. */
int getaddrinfo(const char *host, const char *port,
		const struct addrinfo *hints, struct addrinfo **found)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
		    struct addrinfo **);

	/* As on Python's side, the canned answers are for calls with a port. */
	if (!answers.is_given || !port) {
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
		return real(host, port, hints, found);
	}
	for (size_t i = 0; i < answers.count; i++) {
		struct sockaddr_in6 *address = (void *)&answers.addresses[i];

		address->sin6_port = htons((in_port_t)atoi(port));
	}
	*found = answers.count ? answers.list : NULL;
	return 0;
}

void freeaddrinfo(struct addrinfo *found)
{
	void (*real)(struct addrinfo *);

	if (!found || found == answers.list)
		return;
	*(void **)&real = dlsym(RTLD_NEXT, "freeaddrinfo");
	real(found);
}

static const struct command world_calls[] = {
	{ "os_socket", os_socket, 0 },
	{ "os_open", os_open, 0 },
	{ "os_file", os_file, 0 },
	{ "os_pipe", os_pipe, 0 },
	{ "os_send", os_send, 0 },
	{ "os_close", os_close, 0 },
	{ "os_number", os_number, 0 },
	{ "os_fcntl", os_fcntl, 0 },
	{ "os_setsockopt", os_setsockopt, 0 },
	{ "os_limit_files", os_limit_files, 0 },
	{ "spend", spend, 0 },
	{ "zeros", zeros, 0 },
	{ "port_of", port_of, 0 },
	{ "fill", fill, 0 },
	{ "on_alarm", on_alarm, 0 },
	{ "alarm_every_ms", alarm_every_ms, 0 },
	{ "resolve_to", resolve_to, 0 },
};

#endif
