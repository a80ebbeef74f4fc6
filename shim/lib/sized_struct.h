/* sized_struct.h - reading the caller's structs of options, of any version. */
#ifndef NI_LIB_SIZED_STRUCT_H
#define NI_LIB_SIZED_STRUCT_H

#include <stddef.h>

/* Copy what the caller's struct covers into @known, the rest of which becomes
 * zero. NULL covers nothing. -EINVAL for a size too small to count itself,
 * -E2BIG for options that are set and not known here. */
int ni_sized_struct_read(void *known, size_t size, const void *options);

#endif
