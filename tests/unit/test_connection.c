/*
 * Connecting: to an address, and to a host by name. The resolver's answers
 * are played where they matter.
 */
#include "api.h"
#include "faults.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

/* ---- a resolver that says what the test wants ---------------------------- */

static struct {
	int is_playing, code, error;
	struct addrinfo *answer;
	char host[64], port[64];
	struct addrinfo hints;
} resolver;

int played_getaddrinfo(const char *host, const char *port,
		       const struct addrinfo *hints, struct addrinfo **list)
	__asm__("getaddrinfo");
void played_freeaddrinfo(struct addrinfo *list) __asm__("freeaddrinfo");

int played_getaddrinfo(const char *host, const char *port,
		       const struct addrinfo *hints, struct addrinfo **list)
{
	int (*next)(const char *, const char *, const struct addrinfo *,
		    struct addrinfo **) =
		(int (*)(const char *, const char *, const struct addrinfo *,
			 struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");

	resolver.hints = *hints;
	snprintf(resolver.host, sizeof(resolver.host), "%s",
		 host ? host : "NULL");
	snprintf(resolver.port, sizeof(resolver.port), "%s",
		 port ? port : "NULL");
	if (!resolver.is_playing)
		return next(host, port, hints, list);
	errno = resolver.error;
	*list = resolver.answer;
	return resolver.code;
}

void played_freeaddrinfo(struct addrinfo *list)
{
	void (*next)(struct addrinfo *) =
		(void (*)(struct addrinfo *))dlsym(RTLD_NEXT, "freeaddrinfo");

	if (!resolver.is_playing)
		next(list);
}

/* Answers: the ports given, each on 127.0.0.1. */
static void resolver_says(const int *ports, size_t count)
{
	static struct addrinfo list[8];
	static struct sockaddr_in addresses[8];

	memset(&resolver, 0, sizeof(resolver));
	for (size_t i = 0; i < count; i++) {
		addresses[i] = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = htons((in_port_t)ports[i]),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		};
		list[i] = (struct addrinfo){
			.ai_family = AF_INET, .ai_socktype = SOCK_STREAM,
			.ai_protocol = IPPROTO_TCP,
			.ai_addr = (struct sockaddr *)&addresses[i],
			.ai_addrlen = sizeof(addresses[i]),
			.ai_next = i + 1 < count ? &list[i + 1] : NULL,
		};
	}
	resolver.answer = count ? list : NULL;
	resolver.is_playing = 1;
}

static int reset_resolver(void **state)
{
	memset(&resolver, 0, sizeof(resolver));
	return api_teardown(state);
}

/* A port of 127.0.0.1 on which nobody listens, kept so until it is closed. */
static int refusing(struct noinherit_socket *keep)
{
	struct sockaddr_storage address;
	int length = noinherit_address(&address, AF_INET, "127.0.0.1",
				       NOINHERIT_STRING, "0");

	assert_int_equal(noinherit_create_socket(keep, -1, -1, -1), 0);
	assert_int_equal(noinherit_bind(keep, (struct sockaddr *)&address,
					(socklen_t)length), 0);
	return port_of(keep->fd);
}

/* ---- connect ------------------------------------------------------------- */

static int connect_to(struct noinherit_socket *s, int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((in_port_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return noinherit_connect(s, (struct sockaddr *)&address,
				 sizeof(address));
}

static const struct {
	const char *name;
	int64_t timeout_ns;
	int fault, listens, result;
	const char *calls;
} connects[] = {
	{ "blocking", -1, 0, 1, 0, "connect" },
	{ "blocking, refused", -1, 0, 0, -ECONNREFUSED, "connect" },
	{ "timeout", 60000 * MS, 0, 1, 0, "connect poll getsockopt" },
	{ "timeout, refused", 60000 * MS, 0, 0, -ECONNREFUSED,
	  "connect poll getsockopt" },
	{ "non-blocking", 0, 0, 1, -EINPROGRESS, "connect" },
	{ "non-blocking, interrupted", 0, EINTR, 1, -EINTR, "connect" },
	{ "timeout, full AF_UNIX queue", 60000 * MS, EAGAIN, 1, -EAGAIN,
	  "connect" },
	{ "unreachable", 60000 * MS, ENETUNREACH, 1, -ENETUNREACH, "connect" },
};

static void connect_is_called_once_and_waited_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(connects); i++) {
		struct noinherit_socket s, listener = listening(), none;
		int port = connects[i].listens ? port_of(listener.fd) :
						 refusing(&none);

		assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
		noinherit_settimeout_ns(&s, connects[i].timeout_ns);
		faults_watch();
		if (connects[i].fault)
			faults_add("connect", connects[i].fault, 1, 0);
		assert_int_equal(connect_to(&s, port), connects[i].result);
		if (strcmp(faults_end(), connects[i].calls))
			fail_msg("%s: %s", connects[i].name, faults.log);
		noinherit_close(&s);
		noinherit_close(&listener);
		if (!connects[i].listens)
			noinherit_close(&none);
	}
}

/* A connect that the kernel has begun and a signal interrupted: made by one on
 * a non-blocking socket, then EINTR in place of EINPROGRESS. */
static int interrupted_connect(struct noinherit_socket *s, int port,
			       int64_t timeout_ns, const char **calls)
{
	int r;

	assert_int_equal(noinherit_create_socket(s, -1, -1, -1), 0);
	noinherit_setblocking(s, 0);
	r = connect_to(s, port);
	assert_true(r == -EINPROGRESS || r == 0);
	noinherit_settimeout_ns(s, timeout_ns);
	faults_watch();
	faults_add("connect", EINTR, 1, 0);
	r = connect_to(s, port);
	*calls = faults_end();
	return r;
}

static void an_interrupted_connect_is_waited_for_and_not_repeated(void **state)
{
	static const int64_t timeouts_ns[] = { NOINHERIT_BLOCKING, 60000 * MS };
	struct noinherit_socket listener = listening(), s, none;
	const char *calls;
	int port = refusing(&none);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(timeouts_ns); i++) {
		assert_int_equal(interrupted_connect(&s, port_of(listener.fd),
						     timeouts_ns[i], &calls),
				 0);
		assert_string_equal(calls, "connect poll getsockopt");
		noinherit_close(&s);
		assert_int_equal(interrupted_connect(&s, port, timeouts_ns[i],
						     &calls), -ECONNREFUSED);
		assert_string_equal(calls, "connect poll getsockopt");
		noinherit_close(&s);
	}
	noinherit_close(&listener);
	noinherit_close(&none);
}

static int stop(void *asked)
{
	++*(int *)asked;
	return 1;
}

static void the_program_may_end_an_interrupted_connect(void **state)
{
	struct noinherit_socket listener = listening(), s;
	const char *calls;
	int asked = 0;

	(void)state;
	noinherit_set_interrupt(stop, &asked);
	assert_int_equal(interrupted_connect(&s, port_of(listener.fd), -1,
					     &calls), -EINTR);
	assert_string_equal(calls, "connect");
	assert_int_equal(asked, 1);
	noinherit_close(&s);
	noinherit_close(&listener);
}

/* A listener whose queue is full answers no SYN. */
static void fill(struct noinherit_socket *listener,
		 struct noinherit_socket *clients, size_t count)
{
	int backlog = 0;
	const struct noinherit_server_options options = {
		.size = sizeof(options), .backlog = &backlog
	};

	assert_int_equal(noinherit_create_server(listener, "127.0.0.1", "0",
						 &options), 0);
	for (size_t i = 0; i < count; i++) {
		int r;

		noinherit_create_socket(&clients[i], -1, -1, -1);
		noinherit_setblocking(&clients[i], 0);
		r = connect_to(&clients[i], port_of(listener->fd));
		assert_true(r == 0 || r == -EINPROGRESS);
	}
}

static void a_timeout_leaves_the_attempt_in_progress(void **state)
{
	struct noinherit_socket listener, clients[4], s;

	(void)state;
	fill(&listener, clients, ARRAY_LEN(clients));
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	noinherit_settimeout_ns(&s, 5 * MS);
	assert_int_equal(connect_to(&s, port_of(listener.fd)), -ETIMEDOUT);
	assert_int_not_equal(fcntl(s.fd, F_GETFD), -1);
	assert_int_equal(connect_to(&s, port_of(listener.fd)), -EALREADY);
	noinherit_close(&s);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		noinherit_close(&clients[i]);
	noinherit_close(&listener);
}

/* A listener of an abstract name, and a client that fills its queue. */
struct full_queue {
	struct noinherit_socket listener, first;
	struct sockaddr_storage address;
	socklen_t size;
};

static void fill_unix(struct full_queue *queue)
{
	char name[32] = "";
	const struct sockaddr *to = (struct sockaddr *)&queue->address;
	int length = snprintf(name + 1, sizeof(name) - 1, "noinherit-%d",
			      (int)getpid());

	queue->size = (socklen_t)noinherit_address(
		&queue->address, AF_UNIX, name, (size_t)length + 1, NULL);
	noinherit_create_socket(&queue->listener, AF_UNIX, -1, 0);
	noinherit_bind(&queue->listener, to, queue->size);
	noinherit_listen(&queue->listener, 0);
	noinherit_create_socket(&queue->first, AF_UNIX, -1, 0);
	assert_int_equal(noinherit_connect(&queue->first, to, queue->size), 0);
}

static int connect_second(struct full_queue *queue, struct noinherit_socket *s)
{
	return noinherit_connect(s, (struct sockaddr *)&queue->address,
				 queue->size);
}

static void a_full_unix_queue_is_eagain_at_once_with_a_timeout(void **state)
{
	struct noinherit_socket second;
	struct full_queue queue;

	(void)state;
	fill_unix(&queue);
	assert_int_equal(noinherit_create_socket(&second, AF_UNIX, -1, 0), 0);
	noinherit_settimeout_ns(&second, 60000 * MS);
	faults_watch();
	assert_int_equal(connect_second(&queue, &second), -EAGAIN);
	assert_string_equal(faults_end(), "connect");
	noinherit_close(&queue.listener);
	noinherit_close(&queue.first);
	noinherit_close(&second);
}

static volatile sig_atomic_t alarms, full_listener;

/* The queue has room only after many signals have undone the connect. */
static void on_alarm(int number)
{
	(void)number;
	if (++alarms == 20)
		accept(full_listener, NULL, NULL);
}

static void connect_in_a_storm(void)
{
	const struct itimerval each_ms = { { 0, 1000 }, { 0, 1000 } };
	const struct sigaction action = { .sa_handler = on_alarm };
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	struct noinherit_socket second;
	struct full_queue queue;

	fill_unix(&queue);
	CHECK(noinherit_create_socket(&second, AF_UNIX, -1, 0) == 0);
	full_listener = queue.listener.fd;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &each_ms, NULL);
	CHECK(connect_second(&queue, &second) == 0);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	CHECK(alarms >= 20);
	/* Not just taken for connected. */
	CHECK(getpeername(second.fd, (struct sockaddr *)&peer, &size) == 0);
}

static void a_unix_connect_that_a_signal_undid_is_made_again(void **state)
{
	(void)state;
	in_child(connect_in_a_storm);
}

static void an_error_of_asking_for_the_result_is_told(void **state)
{
	struct noinherit_socket listener = listening(), s;

	(void)state;
	assert_int_equal(noinherit_create_socket(&s, -1, -1, -1), 0);
	noinherit_settimeout_ns(&s, 60000 * MS);
	faults_add("getsockopt", ENOTCONN, 1, 0);
	assert_int_equal(connect_to(&s, port_of(listener.fd)), -ENOTCONN);
	noinherit_close(&s);
	noinherit_close(&listener);
}

/* ---- create_connection --------------------------------------------------- */

static void a_name_is_resolved_as_python_asks(void **state)
{
	struct noinherit_socket listener = listening(), s;
	int port = port_of(listener.fd);

	(void)state;
	resolver_says(&port, 1);
	faults_watch();
	assert_int_equal(noinherit_create_connection(&s, "www.example.org",
						     "https", NULL), 0);
	assert_string_equal(faults_end(), "socket connect");
	assert_string_equal(resolver.host, "www.example.org");
	assert_string_equal(resolver.port, "https");
	assert_int_equal(resolver.hints.ai_family, 0);
	assert_int_equal(resolver.hints.ai_socktype, SOCK_STREAM);
	assert_int_equal(resolver.hints.ai_protocol, 0);
	assert_int_equal(resolver.hints.ai_flags, 0);
	/* S-68: the answer's protocol, where socket() records 0. */
	assert_int_equal(s.proto, IPPROTO_TCP);
	assert_int_equal(s.timeout_ns, NOINHERIT_BLOCKING);
	assert_false(is_inheritable(s.fd));
	noinherit_close(&s);
	noinherit_close(&listener);
}

static void a_name_that_is_not_ascii_is_encoded(void **state)
{
	struct noinherit_socket s;

	(void)state;
	resolver_says(NULL, 0);
	resolver.code = EAI_NONAME;
	noinherit_create_connection(&s, "b\xc3\xbc" "cher.example", NULL, NULL);
	assert_int_equal(resolver.hints.ai_flags, AI_IDN);
	noinherit_create_connection(&s, NULL, NULL, NULL);
	assert_string_equal(resolver.host, "NULL");
	assert_string_equal(resolver.port, "NULL");
}

static void the_first_that_connects_is_taken(void **state)
{
	struct noinherit_socket listener = listening(), s, none[2];
	int errors[4] = { 0 };
	size_t count = 99;
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .errors = errors,
		.errors_size = ARRAY_LEN(errors), .errors_count = &count,
	};
	const int ports[] = { refusing(&none[0]), refusing(&none[1]),
			      port_of(listener.fd), 1 };

	(void)state;
	resolver_says(ports, ARRAY_LEN(ports));
	faults_watch();
	assert_int_equal(noinherit_create_connection(&s, "x", "1", &options),
			 0);
	assert_string_equal(faults_end(), "socket connect close "
			    "socket connect close socket connect");
	assert_int_equal(count, 2);
	assert_int_equal(errors[0], -ECONNREFUSED);
	assert_int_equal(errors[1], -ECONNREFUSED);
	assert_int_equal(errors[2], 0);
	noinherit_close(&s);
	noinherit_close(&listener);
	noinherit_close(&none[0]);
	noinherit_close(&none[1]);
}

static void the_last_error_is_returned_and_all_are_listed(void **state)
{
	const struct noinherit_socket untouched = { 7, 7, 7, 7, 7 };
	struct noinherit_socket s = untouched, none;
	int errors[2] = { 0 };
	size_t count;
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .errors = errors,
		.errors_size = ARRAY_LEN(errors), .errors_count = &count,
	};
	int port = refusing(&none);
	const int ports[] = { port, port, port };

	(void)state;
	resolver_says(ports, ARRAY_LEN(ports));
	faults_watch();
	faults_add("socket", EMFILE, 1, 0);
	faults_add("connect", ENETUNREACH, 1, 1);
	assert_int_equal(noinherit_create_connection(&s, "x", "1", &options),
			 -ENETUNREACH);
	assert_string_equal(faults_end(), "socket socket connect close "
			    "socket connect close");
	/* The third did not fit, and is counted. */
	assert_int_equal(count, 3);
	assert_int_equal(errors[0], -EMFILE);
	assert_int_equal(errors[1], -ECONNREFUSED);
	assert_memory_equal(&s, &untouched, sizeof(s));
	noinherit_close(&none);
}

static void a_counter_alone_is_enough(void **state)
{
	struct noinherit_socket s, none;
	size_t count;
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .errors_size = 5,
		.errors_count = &count,
	};
	const struct noinherit_connect_options neither = {
		.size = sizeof(options),
	};
	int port = refusing(&none);

	(void)state;
	resolver_says(&port, 1);
	assert_int_equal(noinherit_create_connection(&s, "x", "1", &options),
			 -ECONNREFUSED);
	assert_int_equal(count, 1);
	assert_int_equal(noinherit_create_connection(&s, "x", "1", &neither),
			 -ECONNREFUSED);
	noinherit_close(&none);
}

static const struct {
	const char *name;
	int64_t default_ns;
	int is_given;
	int64_t given_ns, result_ns;
	const char *calls;
} timeouts[] = {
	{ "none", -1, 0, 0, -1, "socket connect" },
	{ "default", 60000 * MS, 0, 0, 60000 * MS,
	  "socket ioctl connect poll getsockopt" },
	{ "given", -1, 1, 60000 * MS, 60000 * MS,
	  "socket ioctl connect poll getsockopt" },
	{ "given over default", 1, 1, 60000 * MS, 60000 * MS,
	  "socket ioctl ioctl connect poll getsockopt" },
	{ "blocking over default", 1, 1, -1, -1,
	  "socket ioctl ioctl connect" },
};

static void the_timeout_has_three_values(void **state)
{
	struct noinherit_socket listener = listening(), s;
	int port = port_of(listener.fd);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(timeouts); i++) {
		const struct noinherit_connect_options options = {
			.size = sizeof(options),
			.timeout_ns = timeouts[i].is_given ?
				&timeouts[i].given_ns : NULL,
		};

		resolver_says(&port, 1);
		noinherit_setdefaulttimeout_ns(timeouts[i].default_ns);
		faults_watch();
		assert_int_equal(noinherit_create_connection(&s, "x", "1",
							     &options), 0);
		if (strcmp(faults_end(), timeouts[i].calls))
			fail_msg("%s: %s", timeouts[i].name, faults.log);
		assert_int_equal(s.timeout_ns, timeouts[i].result_ns);
		noinherit_close(&s);
	}
	noinherit_close(&listener);
}

static void timeout_0_fails_every_attempt(void **state)
{
	struct noinherit_socket listener = listening(), s;
	const int64_t never_ns = 0;
	size_t count;
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .timeout_ns = &never_ns,
		.errors_count = &count,
	};
	const int ports[] = { port_of(listener.fd), port_of(listener.fd) };

	(void)state;
	resolver_says(ports, 2);
	assert_int_equal(noinherit_create_connection(&s, "x", "1", &options),
			 -EINPROGRESS);
	assert_int_equal(count, 2);
	noinherit_close(&listener);
}

static void each_attempt_has_the_whole_timeout(void **state)
{
	struct noinherit_socket listener, clients[4], s;
	const int64_t timeout_ns = 2 * MS;
	int errors[3];
	size_t count;
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .timeout_ns = &timeout_ns,
		.errors = errors, .errors_size = 3, .errors_count = &count,
	};
	int ports[3];

	(void)state;
	fill(&listener, clients, ARRAY_LEN(clients));
	ports[0] = ports[1] = ports[2] = port_of(listener.fd);
	resolver_says(ports, 3);
	assert_int_equal(noinherit_create_connection(&s, "x", "1", &options),
			 -ETIMEDOUT);
	assert_int_equal(count, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(errors[i], -ETIMEDOUT);
		noinherit_close(&clients[i]);
	}
	noinherit_close(&clients[3]);
	noinherit_close(&listener);
}

static void the_source_address_is_bound(void **state)
{
	struct noinherit_socket listener = listening(), s;
	int port = port_of(listener.fd);
	struct noinherit_connect_options options = {
		.size = sizeof(options), .source_host = "127.0.0.2",
	};
	struct sockaddr_in own;
	socklen_t size = sizeof(own);

	(void)state;
	resolver_says(&port, 1);
	faults_watch();
	assert_int_equal(noinherit_create_connection(&s, "x", "1", &options),
			 0);
	assert_string_equal(faults_end(), "socket bind connect");
	getsockname(s.fd, (struct sockaddr *)&own, &size);
	assert_int_equal(ntohl(own.sin_addr.s_addr), INADDR_LOOPBACK + 1);
	noinherit_close(&s);

	options.source_host = NULL;
	options.source_port = "0";
	faults_watch();
	assert_int_equal(noinherit_create_connection(&s, "x", "1", &options),
			 0);
	assert_string_equal(faults_end(), "socket bind connect");
	noinherit_close(&s);
	noinherit_close(&listener);
}

static void a_source_of_another_family_is_a_failed_attempt(void **state)
{
	struct noinherit_socket listener = listening(), s;
	size_t count;
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .source_host = "::1",
		.errors_count = &count,
	};
	char port[16];
	int r;

	(void)state;
	snprintf(port, sizeof(port), "%s", port_text(listener.fd));
	faults_watch();
	r = noinherit_create_connection(&s, "127.0.0.1", port, &options);
	assert_string_equal(faults_end(), "socket close");
	assert_int_equal(noinherit_eai(r), EAI_ADDRFAMILY);
	assert_int_equal(count, 1);
	noinherit_close(&listener);
}

static const struct {
	const char *name, *port, *source_port;
	int64_t timeout_ns;
	int error;
} bad[] = {
	{ "port out of range", "65536", NULL, -1, -ERANGE },
	{ "port out of every range", "99999999999999999999", NULL, -1,
	  -ERANGE },
	{ "negative port", "-2", NULL, -1, -ERANGE },
	{ "source port out of range", "1", "65536", -1, -ERANGE },
	{ "source port by name", "1", "http", -1, -EINVAL },
	{ "timeout", "1", NULL, -2, -EINVAL },
};

static void bad_arguments_are_told_before_anything_is_done(void **state)
{
	struct noinherit_socket s;

	(void)state;
	resolver_says(NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		size_t count = 99;
		const struct noinherit_connect_options options = {
			.size = sizeof(options), .errors_count = &count,
			.timeout_ns = &bad[i].timeout_ns,
			.source_port = bad[i].source_port,
		};

		faults_watch();
		assert_int_equal(noinherit_create_connection(&s, "x",
							     bad[i].port,
							     &options),
				 bad[i].error);
		assert_string_equal(faults_end(), "");
		assert_string_equal(resolver.host, "");
		assert_int_equal(count, 0);
	}
}

static void the_resolver_s_failure_is_its_own(void **state)
{
	struct noinherit_socket s;

	(void)state;
	resolver_says(NULL, 0);
	resolver.code = EAI_AGAIN;
	assert_int_equal(noinherit_eai(noinherit_create_connection(
		&s, "x", "http", NULL)), EAI_AGAIN);
	resolver.code = EAI_SYSTEM;
	resolver.error = EMFILE;
	errno = 4711;
	assert_int_equal(noinherit_create_connection(&s, "x", "", NULL),
			 -EMFILE);
	assert_int_equal(errno, 4711);
	resolver.code = 0;
	assert_int_equal(noinherit_eai(noinherit_create_connection(
		&s, "x", "1", NULL)), EAI_NODATA);
}

static void a_program_that_stops_tries_no_further_address(void **state)
{
	struct noinherit_socket listener = listening(), s;
	const int ports[] = { port_of(listener.fd), port_of(listener.fd) };
	int asked = 0;

	(void)state;
	resolver_says(ports, 2);
	noinherit_set_interrupt(stop, &asked);
	faults_watch();
	faults_add("connect", EINTR, 1, 0);
	assert_int_equal(noinherit_create_connection(&s, "x", "1", NULL),
			 -EINTR);
	assert_string_equal(faults_end(), "socket connect close");
	noinherit_close(&listener);
}

/* ---- cancellation -------------------------------------------------------- */

static void *connect_for_ever(void *listener)
{
	const int64_t timeout_ns = NOINHERIT_BLOCKING;
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .timeout_ns = &timeout_ns,
	};
	struct noinherit_socket s;

	noinherit_create_connection(&s, "127.0.0.1",
				    port_text(((struct noinherit_socket *)
					       listener)->fd), &options);
	return NULL;
}

static void a_cancelled_thread_leaves_nothing_open(void **state)
{
	struct noinherit_socket listener, clients[4];
	pthread_t thread;
	void *result;
	int before;

	(void)state;
	fill(&listener, clients, ARRAY_LEN(clients));
	before = count_descriptors();
	assert_int_equal(pthread_create(&thread, NULL, connect_for_ever,
					&listener), 0);
	while (count_descriptors() == before)
		sched_yield();
	assert_int_equal(pthread_cancel(thread), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, PTHREAD_CANCELED);
	assert_int_equal(count_descriptors(), before);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		noinherit_close(&clients[i]);
	noinherit_close(&listener);
}

#define connection_test(function) \
	cmocka_unit_test_setup_teardown(function, api_setup, reset_resolver)

int main(void)
{
	const struct CMUnitTest tests[] = {
		connection_test(connect_is_called_once_and_waited_for),
		connection_test(an_interrupted_connect_is_waited_for_and_not_repeated),
		connection_test(the_program_may_end_an_interrupted_connect),
		connection_test(a_timeout_leaves_the_attempt_in_progress),
		connection_test(a_full_unix_queue_is_eagain_at_once_with_a_timeout),
		connection_test(a_unix_connect_that_a_signal_undid_is_made_again),
		connection_test(an_error_of_asking_for_the_result_is_told),
		connection_test(a_name_is_resolved_as_python_asks),
		connection_test(a_name_that_is_not_ascii_is_encoded),
		connection_test(the_first_that_connects_is_taken),
		connection_test(the_last_error_is_returned_and_all_are_listed),
		connection_test(a_counter_alone_is_enough),
		connection_test(the_timeout_has_three_values),
		connection_test(timeout_0_fails_every_attempt),
		connection_test(each_attempt_has_the_whole_timeout),
		connection_test(the_source_address_is_bound),
		connection_test(a_source_of_another_family_is_a_failed_attempt),
		connection_test(bad_arguments_are_told_before_anything_is_done),
		connection_test(the_resolver_s_failure_is_its_own),
		connection_test(a_program_that_stops_tries_no_further_address),
		connection_test(a_cancelled_thread_leaves_nothing_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
