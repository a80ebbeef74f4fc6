/* keywords.h - reading the caller's structs of options, of any version. */
#ifndef NI_LIB_KEYWORDS_H
#define NI_LIB_KEYWORDS_H

#include <stddef.h>

/* Copy what the caller's struct covers into @ours, the rest of which becomes
 * zero. NULL covers nothing. -EINVAL for a size that says nothing, -E2BIG for
 * options that are set and not known here. */
int ni_keywords_read(void *ours, size_t size, const void *theirs);

#endif
