/*
 * noinherit.h - sockets with the semantics of Python's socket module.
 *
 * Every descriptor that these calls create is non-inheritable (PEP 446):
 * close-on-exec is set by the kernel in the call that creates it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef NOINHERIT_H
#define NOINHERIT_H

/* The version of the whole project is written here and nowhere else. */
#define NOINHERIT_VERSION "0.1.0"

#endif
