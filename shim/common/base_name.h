/*
 * base_name.h - what is behind the last slash of a path. (basename(3) has two
 * meanings, and one of them writes into its argument.)
 */
#ifndef NI_COMMON_BASE_NAME_H
#define NI_COMMON_BASE_NAME_H

const char *ni_base_name(const char *path)
	__attribute__((visibility("hidden")));

#endif
