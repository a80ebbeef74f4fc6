/*
 * marks.h - which descriptors are ours: the shim, not the program, asked for
 * close-on-exec.
 *
 * One byte a descriptor, touched as used, without locks: a number belongs to
 * whoever the kernel gave it to. In a vfork child no byte is written, for the
 * memory is the parent's. Never allocates, never asks the kernel.
 */
#ifndef NI_PRELOAD_MARKS_H
#define NI_PRELOAD_MARKS_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

enum { NI_MARKS_SIZE = 1 << 20 };

enum {
	NI_MARK_OURS = 1,
	/* Made by a call that NOINHERIT_KEEP leaves as native, by family or
	 * type: what such a listener accepts stays native, too. */
	NI_MARK_KEPT = 2,
	/* A range close is on its way; if it fails, the mark comes back. */
	NI_MARK_CLOSING = 4,
	/* A packet socket, say: recvmsg refuses MSG_CMSG_CLOEXEC on it. */
	NI_MARK_REFUSES_FLAG = 8,
};

extern unsigned char ni_marks[NI_MARKS_SIZE];

/* Marks lie below this number. It only grows. */
extern unsigned ni_marks_end;

/* What this thread may mark without asking: 3 .. limit + 2. A cache of
 * ni_marks_end; 0 at a thread's start and in a vfork child. */
extern __thread unsigned ni_marks_limit;

/* Set by the interposed vfork, in the child. */
extern __thread unsigned char ni_in_vfork_child;

/* Replaces the mark of @fd; a no-op in a vfork child or past the table. */
void ni_marks_set(int fd, unsigned char mark);

/* The mark of @fd: 0 past the table. */
static inline unsigned char ni_marks_get(int fd)
{
	return (unsigned)fd < ni_marks_end ? ni_marks[(unsigned)fd] : 0;
}

static inline bool ni_is_marked(int fd)
{
	return ni_marks_get(fd) & NI_MARK_OURS;
}

/* NI_MARK_KEPT if @fd has it: what comes of it stays native, too. */
static inline unsigned char ni_marks_kept(int fd)
{
	return ni_marks_get(fd) & NI_MARK_KEPT;
}

/* Marks a new descriptor as ours if that is a matter of one store. */
static inline bool ni_mark_fast(int fd)
{
	if (__builtin_expect((unsigned)fd - 3 >= ni_marks_limit, 0))
		return false;
	ni_marks[(unsigned)fd] = NI_MARK_OURS;
	return true;
}

/* Takes the mark off and returns what it was, for ni_marks_set() to restore. */
static inline unsigned char ni_marks_take(int fd)
{
	unsigned char mark = ni_marks_get(fd);

	if (__builtin_expect(mark, 0))
		ni_marks_set(fd, 0);
	return mark;
}

/* A range close, in two steps around the call; @last may be ~0. */
void ni_marks_begin_closing(unsigned first, unsigned last);
void ni_marks_end_closing(unsigned first, unsigned last, bool closed);

/* One past the highest marked descriptor that is ours; 0 if none is. */
unsigned ni_marks_top(void);

#pragma GCC visibility pop

#endif
