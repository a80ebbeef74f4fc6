/*
 * resolve.c - the addresses of hosts.
 *
 * getaddrinfo() cannot be stopped before it answers. For a caller with a
 * deadline it runs in a thread of its own, which is left behind if the deadline
 * comes first: that thread then frees what the two shared, and touches nothing
 * else.
 */
#include "lib/resolve.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "lib/descriptor.h"
#include "lib/errors.h"
#include "lib/idna.h"
#include "lib/sized_struct.h"
#include "lib/system.h"
#include "lib/timeout.h"

#ifndef EAI_NODATA
#define EAI_NODATA -5
#endif

static int ask(const char *host, const char *port,
	       const struct addrinfo *hints, struct addrinfo **found)
{
	int kept = errno, code, error = 0;

	*found = NULL;
	code = ni_idna_getaddrinfo(host, port, hints, found);
	if (code == EAI_SYSTEM)
		error = ni_error_of_errno(errno);
	else if (code)
		error = ni_error_of_eai(code);
	else if (!*found)
		error = ni_error_of_eai(EAI_NODATA);
	errno = kept;
	return error;
}

static int ask_here(const char *host, const char *port,
		    const struct addrinfo *hints, struct addrinfo **found)
{
	int state, r;

	/* glibc's resolver leaves its sockets open when cancelled. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	r = ask(host, port, hints, found);
	pthread_setcancelstate(state, NULL);
	return r;
}

/* ---- in a thread --------------------------------------------------------- */

/* Shared by both threads; whichever is done with it last frees it. */
struct question {
	pthread_mutex_t lock;
	char *host, *port;
	struct addrinfo hints, *found;
	int result, done_fd;
	bool is_done, is_left;
};

static void forget(struct question *question)
{
	pthread_mutex_destroy(&question->lock);
	free(question->host);
	free(question->port);
	free(question);
}

static char *copied(const char *text)
{
	return text ? strdup(text) : NULL;
}

static struct question *new_question(const char *host, const char *port,
				     const struct addrinfo *hints)
{
	struct question *question = calloc(1, sizeof(*question));

	if (!question)
		return NULL;
	pthread_mutex_init(&question->lock, NULL);
	question->hints = *hints;
	question->host = copied(host);
	question->port = copied(port);
	question->done_fd = ni_sys_eventfd(0, EFD_CLOEXEC);
	if ((port && !question->port) || !question->host ||
	    question->done_fd < 0) {
		if (question->done_fd >= 0)
			ni_descriptor_discard(question->done_fd);
		forget(question);
		return NULL;
	}
	return question;
}

static void *answer(void *data)
{
	struct question *question = data;
	const uint64_t one = 1;
	struct addrinfo *found;
	int r = ask(question->host, question->port, &question->hints, &found);
	bool is_left;

	pthread_mutex_lock(&question->lock);
	question->found = found;
	question->result = r;
	question->is_done = true;
	is_left = question->is_left;
	if (!is_left)
		ni_sys_write(question->done_fd, &one, sizeof(one));
	pthread_mutex_unlock(&question->lock);
	if (is_left) {
		if (found)
			freeaddrinfo(found);
		forget(question);
	}
	return NULL;
}

/* The new thread takes no signals: those are for the program's own threads. */
static bool start_thread(struct question *question)
{
	pthread_attr_t detached;
	sigset_t all, own;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &own);
	error = pthread_create(&thread, &detached, answer, question);
	pthread_sigmask(SIG_SETMASK, &own, NULL);
	pthread_attr_destroy(&detached);
	return error == 0;
}

/* Takes the answer, or abandons the thread with its question. */
static int take_answer(struct question *question, int waited,
		       struct addrinfo **found)
{
	bool is_done;
	int r = waited;

	pthread_mutex_lock(&question->lock);
	is_done = question->is_done;
	question->is_left = true;
	ni_descriptor_discard(question->done_fd);
	if (is_done && waited > 0) {
		*found = question->found;
		question->found = NULL;
		r = question->result;
	}
	pthread_mutex_unlock(&question->lock);
	if (is_done) {
		if (question->found)
			freeaddrinfo(question->found);
		forget(question);
	}
	return r;
}

static int ask_in_thread(const char *host, const char *port,
			 const struct addrinfo *hints,
			 const struct noinherit_deadline *deadline,
			 struct addrinfo **found)
{
	struct ni_limit limit = { .timeout_ns = NOINHERIT_BLOCKING,
				  .deadline = deadline };
	struct question *question = new_question(host, port, hints);
	int state, r;

	if (question && !start_thread(question)) {
		ni_descriptor_discard(question->done_fd);
		forget(question);
		question = NULL;
	}
	/* Better late than not at all. */
	if (!question)
		return ask_here(host, port, hints, found);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	r = take_answer(question, ni_wait(question->done_fd, POLLIN, &limit),
			found);
	pthread_setcancelstate(state, NULL);
	return r;
}

int ni_resolve(const char *host, const char *port,
	       const struct addrinfo *hints,
	       const struct noinherit_deadline *deadline,
	       struct addrinfo **found)
{
	struct addrinfo numeric = *hints;
	int r = ni_deadline_check(deadline);

	if (r < 0)
		return r;
	/* After a signal that came earlier there must be no lookup. */
	if (ni_interrupt_should_stop())
		return -EINTR;
	if (!deadline || !host)
		return ask_here(host, port, hints, found);
	/* A numeric address is not looked up, and needs no thread. */
	numeric.ai_flags |= AI_NUMERICHOST;
	r = ask_here(host, port, &numeric, found);
	if (r == ni_error_of_eai(EAI_NONAME))
		r = ask_in_thread(host, port, hints, deadline, found);
	return r;
}

/* ---- for everybody ------------------------------------------------------- */

/* Numbers as the resolver reads them, signs and blanks included; the rest are
 * names. */
int ni_resolve_check_port(const char *port)
{
	int kept = errno;
	bool is_out;
	char *end;
	long number;

	if (!port || !*port)
		return 0;
	errno = 0;
	number = strtol(port, &end, 10);
	is_out = errno == ERANGE || number < 0 || number > 65535;
	errno = kept;
	return !*end && is_out ? -ERANGE : 0;
}

static void copy_out(struct noinherit_resolved *to, const struct addrinfo *from)
{
	*to = (struct noinherit_resolved){
		.family = from->ai_family, .type = from->ai_socktype,
		.proto = from->ai_protocol, .address_size = from->ai_addrlen,
	};
	memcpy(&to->address, from->ai_addr, from->ai_addrlen);
}

static void copy_name(char *to, size_t size, const char *name)
{
	size_t length = name ? strlen(name) : 0;

	if (!to || !size)
		return;
	if (length >= size)
		length = size - 1;
	if (length)
		memcpy(to, name, length);
	to[length] = '\0';
}

static int number_or_any(int number)
{
	return number == -1 ? 0 : number;
}

int noinherit_resolve(const char *host, const char *port,
		      const struct noinherit_resolve_options *options,
		      struct noinherit_resolved *found, size_t found_size)
{
	struct noinherit_resolve_options given;
	struct addrinfo hints, *list;
	size_t count = 0;
	int r = ni_sized_struct_read(&given, sizeof(given), options);

	if (r == 0 && given.flags)
		r = -EINVAL;
	if (r == 0)
		r = ni_resolve_check_port(port);
	if (r < 0)
		return r;
	hints = (struct addrinfo){
		.ai_flags = given.ai_flags,
		.ai_family = number_or_any(given.family),
		.ai_socktype = number_or_any(given.type),
		.ai_protocol = number_or_any(given.proto),
	};
	r = ni_resolve(host, port, &hints, given.deadline, &list);
	if (r == 0 && ni_interrupt_should_stop()) {
		freeaddrinfo(list);
		r = -EINTR;
	}
	if (r < 0)
		return r;
	copy_name(given.canonical_name, given.canonical_name_size,
		  list->ai_canonname);
	for (const struct addrinfo *each = list; each; each = each->ai_next)
		if (count++ < found_size)
			copy_out(&found[count - 1], each);
	freeaddrinfo(list);
	return (int)count;
}
