/*
 * libearliest.so - libearly.so with DF_1_INITFIRST: started before libc itself.
 */
#include "libearly.c"
