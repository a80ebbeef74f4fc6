/*
 * Connecting to a host by name. The resolver's answers are canned where they
 * matter.
 */
#include "api.h"
#include "connecting.h"
#include "faults.h"

#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>

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

static int tells_to_stop(void *asked)
{
	/* Before the lookup, the attempt, connect() and the wait. */
	return ++*(int *)asked > 3;
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
	const struct noinherit_socket closed = NOINHERIT_SOCKET_CLOSED;
	struct noinherit_socket s, none;
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
	assert_memory_equal(&s, &closed, sizeof(s));
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
	bool is_given;
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

static void an_unknown_flag_is_refused(void **state)
{
	struct noinherit_connect_options options = { .size = sizeof(options) };
	struct noinherit_socket s;

	(void)state;
	resolver_says(NULL, 0);
	for (unsigned flag = 1; flag; flag <<= 1) {
		options.flags = flag;
		assert_int_equal(noinherit_create_connection(&s, "x", "1",
							     &options),
				 -EINVAL);
		assert_string_equal(resolver.host, "");
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
	noinherit_set_interrupt(tells_to_stop, &asked);
	faults_watch();
	faults_add("connect", EINTR, 1, 0);
	assert_int_equal(noinherit_create_connection(&s, "x", "1", NULL),
			 -EINTR);
	assert_string_equal(faults_end(), "socket connect close");
	noinherit_close(&listener);
}

static void a_signal_in_the_resolver_ends_the_call(void **state)
{
	struct noinherit_socket listener = listening(), s;
	const int ports[] = { port_of(listener.fd), port_of(listener.fd) };
	int asked = 2;

	(void)state;
	resolver_says(ports, 2);
	noinherit_set_interrupt(tells_to_stop, &asked);
	faults_watch();
	assert_int_equal(noinherit_create_connection(&s, "x", "1", NULL),
			 -EINTR);
	assert_string_equal(faults_end(), "");
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
		connection_test(an_unknown_flag_is_refused),
		connection_test(the_resolver_s_failure_is_its_own),
		connection_test(a_program_that_stops_tries_no_further_address),
		connection_test(a_signal_in_the_resolver_ends_the_call),
		connection_test(a_cancelled_thread_leaves_nothing_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
