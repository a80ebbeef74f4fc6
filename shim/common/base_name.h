/*
 * base_name.h - what follows the last slash of a path. (There are two versions
 * of basename(3), one of which writes into its argument.)
 */
#ifndef NI_COMMON_BASE_NAME_H
#define NI_COMMON_BASE_NAME_H

const char *ni_base_name(const char *path)
	__attribute__((visibility("hidden")));

#endif
