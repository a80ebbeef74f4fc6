/*
 * libdeep_outer.so - pulls in libdeep.so, which makes the socket.
 */
#include "libdeep.h"

int outer_socket(void)
{
	return deep_socket();
}
