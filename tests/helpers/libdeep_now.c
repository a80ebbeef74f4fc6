/* Bound at load time; its import slots are read-only then. */
#include "libdeep.c"
