/*
 * libsysv.so - libcounter.so with only the older kind of hash table.
 */
#include "libcounter.c"
