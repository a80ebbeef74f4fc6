/* Built to call through the global offset table. */
#include "libdeep.c"
