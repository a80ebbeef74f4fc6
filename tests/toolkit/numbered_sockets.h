/*
 * numbered_sockets.h - a case that begins with sockets on FIRST to LAST and ends
 * with the descriptors that it found. Include it after the enum of both.
 */
#ifndef TESTS_NUMBERED_SOCKETS_H
#define TESTS_NUMBERED_SOCKETS_H

#include "shim_case.h"

static int open_descriptors(void **state)
{
	note_descriptors(state);
	for (int fd = FIRST; fd <= LAST; fd++)
		if (new_socket() != fd)
			return -1;
	return 0;
}

static int close_descriptors(void **state)
{
	for (int fd = FIRST; fd <= LAST; fd++)
		if (close(fd) < 0)
			return -1;
	return find_the_same_descriptors(state);
}

#define NUMBERED_CASE(name) \
	cmocka_unit_test_setup_teardown(name, open_descriptors, \
					close_descriptors)

#endif
