/*
 * libdeep.h - what the libraries libdeep*.so define.
 */
#ifndef TESTS_LIBDEEP_H
#define TESTS_LIBDEEP_H

int deep_socket(void);
int deep_dup(int fd);
int deep_dup_by_pointer(int fd);

/* Its constant pointers, which are read-only once it is loaded. */
const void *deep_constant(void);

/* In libdeep_outer.so, which needs libdeep.so. */
int outer_socket(void);

/* In libdeep_own.so, which defines its own dup. */
enum { OWN_DUP = 4711 };
int own_dup(int fd);

#endif
