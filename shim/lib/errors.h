/* errors.h - the range of the resolver's errors. */
#ifndef NI_LIB_ERRORS_H
#define NI_LIB_ERRORS_H

/* What the library returns for an EAI_ code; EAI_SYSTEM is not one of these. */
int ni_error_of_eai(int code);

#endif
