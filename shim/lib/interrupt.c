/*
 * interrupt.c - the program's way out of a call that retries EINTR.
 *
 * Function and data are read together without a lock, also in a signal handler
 * that interrupted the writer: the writer fills the slot that is not in use,
 * then publishes it by counting up. A reader whose count is still current read
 * one pair.
 */
#include "timeout.h"

#include <pthread.h>
#include <stdatomic.h>

static struct {
	int (*_Atomic should_stop)(void *data);
	void *_Atomic data;
} slots[2];

static atomic_uint generation;
static pthread_mutex_t one_writer = PTHREAD_MUTEX_INITIALIZER;

int noinherit_set_interrupt(int (*should_stop)(void *data), void *data)
{
	unsigned next;

	pthread_mutex_lock(&one_writer);
	next = atomic_load(&generation) + 1;
	atomic_store(&slots[next % 2].should_stop, should_stop);
	atomic_store(&slots[next % 2].data, data);
	atomic_store(&generation, next);
	pthread_mutex_unlock(&one_writer);
	return 0;
}

int ni_interrupt_should_stop(void)
{
	int (*should_stop)(void *data);
	unsigned current;
	void *data;

	do {
		current = atomic_load(&generation);
		should_stop = atomic_load(&slots[current % 2].should_stop);
		data = atomic_load(&slots[current % 2].data);
	} while (atomic_load(&generation) != current);
	return should_stop && should_stop(data);
}
