/* Calls through the global offset table. */
#include "libdeep.c"
