/*
 * libdeep_outer.so - needs libdeep.so, which makes the socket.
 */
#include "libdeep.h"

int outer_socket(void)
{
	return deep_socket();
}
