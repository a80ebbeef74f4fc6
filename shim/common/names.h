/*
 * names.h - the names of address families and socket types, both ways.
 *
 * Pure: no state, no allocation; safe in a signal handler.
 */
#ifndef NI_COMMON_NAMES_H
#define NI_COMMON_NAMES_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

/* "AF_INET" for 2; NULL for a number without a name here. */
const char *ni_family_name(int family);

/* "SOCK_STREAM" for 1; flag bits must have been removed. */
const char *ni_type_name(int type);

/* The number for a name of @length bytes, or -1. */
int ni_family_number(const char *name, size_t length);
int ni_type_number(const char *name, size_t length);

/* Walks the tables: the name at @index, NULL past the end. */
const char *ni_family_name_at(size_t index);
const char *ni_type_name_at(size_t index);

#pragma GCC visibility pop

#endif
