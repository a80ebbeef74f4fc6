/*
 * unclosed.h - what is still open when a process exits normally.
 */
#ifndef NI_AUDIT_UNCLOSED_H
#define NI_AUDIT_UNCLOSED_H

/* Registered at start, so it runs after all other exit handlers and after
 * every library's destructors. */
void ni_unclosed_at_exit(void *unused);

#endif
