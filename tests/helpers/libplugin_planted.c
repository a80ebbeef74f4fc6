/*
 * libplugin_planted: a library that a program loads, calls and unloads.
 */
#include <sys/eventfd.h>
#include <unistd.h>

int plugin_make(void);

int plugin_make(void)
{
	int fd = eventfd(0, 0);

	close(fd);
	return fd;
}
