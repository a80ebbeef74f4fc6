/*
 * libearliest.so - libearly.so, started before libc itself: DF_1_INITFIRST.
 */
#include "libearly.c"
