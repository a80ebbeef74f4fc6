/*
 * libsysv.so - libcounter.so with only the old kind of hash table.
 */
#include "libcounter.c"
