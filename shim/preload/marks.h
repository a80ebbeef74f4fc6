/*
 * marks.h - which descriptors are ours: the shim, not the program, asked for
 * close-on-exec.
 *
 * One byte a descriptor, touched as used, without locks: a number belongs to
 * whoever the kernel gave it to. A mark is a hint: numbers change hands unseen.
 * What is done to a descriptor because of one needs proof (ni_marks_vouch() and
 * the kernel's word that it is a socket). Never allocates, never asks the
 * kernel.
 *
 * The marks describe one table of descriptors. A task that shares the memory
 * and not the table is *detached*: it writes no mark, notes which of them do
 * not hold for its own table, and trusts none that is younger than its table.
 */
#ifndef NI_PRELOAD_MARKS_H
#define NI_PRELOAD_MARKS_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

enum { NI_MARKS_SIZE = 1 << 16 };

enum {
	NI_MARK_OURS = 1,
	/* Made by a call that NOINHERIT_KEEP leaves as native, by family or
	 * type: what such a listener accepts stays native, too. */
	NI_MARK_KEPT = 2,
	/* Being closed or flagged; if that fails, the mark counts again. */
	NI_MARK_CLOSING = 4,
	/* A packet socket, say: recvmsg refuses MSG_CMSG_CLOEXEC on it. */
	NI_MARK_REFUSES_FLAG = 8,
	/* Made since the last table was copied: see ni_marks_copy_begins(). */
	NI_MARK_YOUNG = 16,
	NI_MARK_NEW = NI_MARK_OURS | NI_MARK_YOUNG,
};

extern unsigned char ni_marks[NI_MARKS_SIZE];

/* Marks lie below this number. It only grows. */
extern unsigned ni_marks_end;

/* What this thread may mark without asking: 3 .. limit + 2. A cache of
 * ni_marks_end; 0 at a thread's start and in a detached task. */
extern __thread unsigned ni_marks_limit;

/* Not 0: this task is detached. Set in a vfork child by vfork.S. */
extern __thread unsigned ni_marks_detached;

/* For the constructor: the thread that runs it owns the marks' table. */
void ni_marks_start(void);

/* Replaces the mark of @fd; none past the table. */
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
	ni_marks[(unsigned)fd] = NI_MARK_NEW;
	return true;
}

/* Takes the mark off: before the number can become another's. */
static inline void ni_marks_take(int fd)
{
	if (__builtin_expect(ni_marks_get(fd), 0))
		ni_marks_set(fd, 0);
}

/* A call that closes or flags a range, in two steps around it: the marks count
 * no more from the first on, and again if it failed. @last may be ~0. */
void ni_marks_begin_closing(unsigned first, unsigned last);
void ni_marks_end_closing(unsigned first, unsigned last, bool closed);

/* Does the mark say of this task's own table, now, that @fd is ours? What no
 * call of ours could see is for the caller to find out. */
bool ni_marks_vouch(int fd);

/* One past the highest marked descriptor that is ours; 0 if none is. */
unsigned ni_marks_top(void);

/* ---- the table of descriptors is copied ---- */

/**
 * ni_marks_copy_begins - before a fork, a vfork or the like
 *
 * A copy of the table and what the marks say are not of one moment: another
 * thread may mark a number that is still something else in the copy. So the
 * marks that are older than this call are told from those that are younger.
 *
 * Return: what ni_marks_detached must be in a task that shares the memory.
 */
unsigned ni_marks_copy_begins(void);

/* In the parent, once the other task shares its memory no more. */
void ni_marks_copy_ends(void);

/* In a child with memory of its own: its marks describe its own table.
 * @detached: what ni_marks_copy_begins() gave. */
void ni_marks_copied(unsigned detached);

/* This thread has left the others' table for one of its own. */
void ni_marks_split(void);

/* A vfork child and the like: what it writes, its parent finds. */
bool ni_marks_memory_is_lent(void);

/* Somebody shares our memory or our table in a way that cannot be followed:
 * from now on no mark is vouched for. */
void ni_marks_give_up(void);

#pragma GCC visibility pop

#endif
