/*
 * libsysv.so - libcounter.so with the old kind of hash table alone.
 */
#include "libcounter.c"
