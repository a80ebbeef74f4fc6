/* Bound at once, and its slots made read-only. */
#include "libdeep.c"
