/*
 * Every address of a host, and a resolver that is too slow.
 */
#include "api.h"
#include "faults.h"

#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>

#include <dlfcn.h>

/* A resolver that answers when it is allowed to, for every host but numbers. */
static struct {
	sem_t may_answer, has_answered;
	int is_slow, asked;
	/* Set as a handler would that runs in the meantime. */
	int signal_comes, must_stop;
} resolver;

int getaddrinfo(const char *host, const char *port,
		const struct addrinfo *hints, struct addrinfo **found)
{
	static int (*next)(const char *, const char *, const struct addrinfo *,
			   struct addrinfo **);
	int r;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
	resolver.asked++;
	resolver.must_stop |= resolver.signal_comes;
	if (!resolver.is_slow || hints->ai_flags & AI_NUMERICHOST)
		return next(host, port, hints, found);
	sem_wait(&resolver.may_answer);
	r = next("127.0.0.1", port, hints, found);
	sem_post(&resolver.has_answered);
	return r;
}

static int slow(void **state)
{
	sem_init(&resolver.may_answer, 0, 0);
	sem_init(&resolver.has_answered, 0, 0);
	resolver.is_slow = 1;
	return api_setup(state);
}

static int let_go(void **state)
{
	resolver.is_slow = resolver.signal_comes = resolver.must_stop = 0;
	noinherit_set_interrupt(NULL, NULL);
	return api_teardown(state);
}

static void each_address_is_listed(void **state)
{
	struct noinherit_resolved found[8];
	char name[8];
	struct noinherit_resolve_options options = {
		.size = sizeof(options), .type = SOCK_STREAM, .family = AF_INET,
		.ai_flags = AI_CANONNAME, .canonical_name = name,
		.canonical_name_size = sizeof(name),
	};
	int all;

	(void)state;
	all = noinherit_resolve("127.0.0.1", "80", NULL, found, 8);
	assert_int_equal(all, 3);
	assert_int_equal(found[0].type, SOCK_STREAM);
	assert_int_equal(found[1].type, SOCK_DGRAM);
	assert_int_equal(found[0].family, AF_INET);
	assert_int_equal(found[0].proto, IPPROTO_TCP);
	assert_int_equal(noinherit_port((struct sockaddr *)&found[0].address,
					found[0].address_size), 80);
	/* More than fit are counted. */
	memset(found, 0x5a, sizeof(found));
	assert_int_equal(noinherit_resolve("127.0.0.1", "80", NULL, found, 1),
			 3);
	assert_int_equal(found[1].family, 0x5a5a5a5a);
	assert_int_equal(noinherit_resolve("127.0.0.1", "80", NULL, NULL, 0),
			 3);
	assert_int_equal(noinherit_resolve("127.0.0.1", "80", &options, found,
					   8), 1);
	assert_string_equal(name, "127.0.0");
}

/* "127.0.0.1" has nine bytes and its end. */
static void a_name_is_cut_to_its_room(void **state)
{
	char name[12];
	struct noinherit_resolve_options options = {
		.size = sizeof(options), .type = SOCK_STREAM, .family = AF_INET,
		.ai_flags = AI_CANONNAME, .canonical_name = name,
	};

	(void)state;
	for (size_t room = 1; room <= 10; room++) {
		memset(name, 'x', sizeof(name));
		options.canonical_name_size = room;
		assert_int_equal(noinherit_resolve("127.0.0.1", "80", &options,
						   NULL, 0), 1);
		assert_memory_equal(name, "127.0.0.1", room - 1);
		assert_int_equal(name[room - 1], '\0');
		assert_int_equal(name[room], 'x');
	}
}

static void what_cannot_be_resolved_is_told(void **state)
{
	struct noinherit_resolve_options options = {
		.size = sizeof(options), .flags = 1,
	};

	(void)state;
	assert_int_equal(noinherit_resolve("127.0.0.1", "65536", NULL, NULL,
					   0), -ERANGE);
	assert_int_equal(noinherit_resolve("127.0.0.1", "1", &options, NULL,
					   0), -EINVAL);
	options.flags = 0;
	options.ai_flags = 1 << 30;
	assert_int_equal(noinherit_eai(noinherit_resolve(
		"127.0.0.1", "1", &options, NULL, 0)), EAI_BADFLAGS);
	assert_int_equal(noinherit_eai(noinherit_resolve(
		"127.0.0.1", "no such service", NULL, NULL, 0)), EAI_SERVICE);
}

static int tells_to_stop(void *data)
{
	(void)data;
	return resolver.must_stop;
}

static void a_signal_in_the_resolver_ends_the_call(void **state)
{
	struct noinherit_resolved found = { .family = 77 };

	(void)state;
	noinherit_set_interrupt(tells_to_stop, NULL);
	resolver.signal_comes = 1;
	assert_int_equal(noinherit_resolve("127.0.0.1", "1", NULL, &found, 1),
			 -EINTR);
	assert_int_equal(found.family, 77);
}

static void a_signal_before_it_costs_no_lookup(void **state)
{
	struct noinherit_socket s;

	(void)state;
	noinherit_set_interrupt(tells_to_stop, NULL);
	resolver.must_stop = 1;
	resolver.asked = 0;
	assert_int_equal(noinherit_resolve("a.name", "1", NULL, NULL, 0),
			 -EINTR);
	assert_int_equal(noinherit_create_connection(&s, "a.name", "1", NULL),
			 -EINTR);
	assert_int_equal(resolver.asked, 0);
}

static void a_slow_resolver_is_left_behind(void **state)
{
	struct noinherit_deadline d;
	const struct noinherit_resolve_options options = {
		.size = sizeof(options), .deadline = &d,
	};
	int before = count_descriptors();

	(void)state;
	noinherit_deadline_init(&d, 5 * MS, 0);
	assert_int_equal(noinherit_resolve("a.name", "1", &options, NULL, 0),
			 -ETIMEDOUT);
	assert_int_equal(count_descriptors(), before);
	/* Its answer harms nobody. */
	sem_post(&resolver.may_answer);
	sem_wait(&resolver.has_answered);
}

static void an_answer_in_time_is_taken(void **state)
{
	struct noinherit_deadline d;
	const struct noinherit_resolve_options options = {
		.size = sizeof(options), .deadline = &d,
	};

	(void)state;
	noinherit_deadline_init(&d, 60000 * MS, 0);
	sem_post(&resolver.may_answer);
	assert_int_equal(noinherit_resolve("a.name", "1", &options, NULL, 0),
			 3);
	sem_wait(&resolver.has_answered);
	/* A number asks no resolver that could be slow. */
	assert_int_equal(noinherit_resolve("127.0.0.1", "1", &options, NULL,
					   0), 3);
}

/* Better late than not at all. */
static void without_a_thread_the_caller_s_own_asks(void **state)
{
	struct noinherit_deadline d;
	const struct noinherit_resolve_options options = {
		.size = sizeof(options), .deadline = &d,
	};
	int before = count_descriptors();

	(void)state;
	noinherit_deadline_init(&d, 60000 * MS, 0);
	sem_post(&resolver.may_answer);
	faults_watch();
	faults_add("eventfd", EMFILE, 1, 0);
	assert_int_equal(noinherit_resolve("a.name", "1", &options, NULL, 0),
			 3);
	faults_end();
	sem_wait(&resolver.has_answered);
	assert_int_equal(count_descriptors(), before);
}

static void *cancel_later(void *deadline)
{
	poll(NULL, 0, 20);
	noinherit_deadline_cancel(deadline);
	return NULL;
}

static void a_connection_is_cancelled_while_the_name_is_resolved(void **state)
{
	struct noinherit_deadline d;
	const struct noinherit_connect_options options = {
		.size = sizeof(options), .deadline = &d,
	};
	struct noinherit_socket s;
	pthread_t thread;

	(void)state;
	assert_int_equal(noinherit_deadline_init(&d, NOINHERIT_BLOCKING,
						 NOINHERIT_CANCELLABLE), 0);
	assert_int_equal(pthread_create(&thread, NULL, cancel_later, &d), 0);
	assert_int_equal(noinherit_create_connection(&s, "a.name", "1",
						     &options), -ECANCELED);
	pthread_join(thread, NULL);
	sem_post(&resolver.may_answer);
	sem_wait(&resolver.has_answered);
	noinherit_deadline_close(&d);
}

#define slow_test(function) \
	cmocka_unit_test_setup_teardown(function, slow, let_go)

int main(void)
{
	const struct CMUnitTest tests[] = {
		api_test(each_address_is_listed),
		api_test(a_name_is_cut_to_its_room),
		api_test(what_cannot_be_resolved_is_told),
		cmocka_unit_test_setup_teardown(
			a_signal_in_the_resolver_ends_the_call, api_setup,
			let_go),
		cmocka_unit_test_setup_teardown(
			a_signal_before_it_costs_no_lookup, api_setup, let_go),
		slow_test(a_slow_resolver_is_left_behind),
		slow_test(an_answer_in_time_is_taken),
		slow_test(without_a_thread_the_caller_s_own_asks),
		slow_test(a_connection_is_cancelled_while_the_name_is_resolved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
