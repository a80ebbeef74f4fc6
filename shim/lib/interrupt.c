/*
 * interrupt.c - the program's way out of a call that retries EINTR.
 *
 * Function and data are read together without a lock, even in a signal handler
 * that interrupted the writer: the writer fills the slot that is not in use,
 * then publishes it by counting up. If the count is still the same after
 * reading, the reader has a matching pair.
 */
#include "lib/timeout.h"

#include <pthread.h>
#include <stdatomic.h>

static struct {
	_Atomic(noinherit_should_stop) should_stop;
	void *_Atomic data;
} slots[2];

atomic_uint ni_interrupt_generation;
static pthread_mutex_t one_writer = PTHREAD_MUTEX_INITIALIZER;

struct noinherit_interrupt
noinherit_set_interrupt(noinherit_should_stop should_stop, void *data)
{
	struct noinherit_interrupt old;
	unsigned next;

	pthread_mutex_lock(&one_writer);
	next = atomic_load(&ni_interrupt_generation) + 1;
	old.should_stop = atomic_load(&slots[(next - 1) % 2].should_stop);
	old.data = atomic_load(&slots[(next - 1) % 2].data);
	atomic_store(&slots[next % 2].should_stop, should_stop);
	atomic_store(&slots[next % 2].data, data);
	atomic_store(&ni_interrupt_generation, next);
	pthread_mutex_unlock(&one_writer);
	return old;
}

bool ni_interrupt_ask(void)
{
	noinherit_should_stop should_stop;
	unsigned current;
	void *data;

	do {
		current = atomic_load(&ni_interrupt_generation);
		should_stop = atomic_load(&slots[current % 2].should_stop);
		data = atomic_load(&slots[current % 2].data);
	} while (atomic_load(&ni_interrupt_generation) != current);
	return should_stop && should_stop(data);
}
