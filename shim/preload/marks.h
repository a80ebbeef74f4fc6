/*
 * marks.h - which descriptors are ours: the shim, not the program, asked for
 * close-on-exec.
 *
 * One byte for each descriptor, touched when it is used, without locks: a
 * number belongs to whoever got it from the kernel. A mark is only a hint, for
 * a number can change owners without our seeing it: before anything is done
 * because of a mark, it needs proof (ni_marks_vouch(), and that the kernel says
 * it is a socket). Never allocates, never asks the kernel.
 *
 * The marks describe one descriptor table. A task that shares the memory but
 * not the table is *detached*: it writes no marks, keeps a note of those that
 * do not hold for its own table, and trusts none that is younger than its
 * table.
 */
#ifndef NI_PRELOAD_MARKS_H
#define NI_PRELOAD_MARKS_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

enum { NI_MARKS_SIZE = 1 << 16 };

enum {
	NI_MARK_OURS = 1,
	/* Made by a call that NOINHERIT_KEEP leaves alone, because of its
	 * family or type: what such a listener accepts is left alone, too. */
	NI_MARK_KEPT = 2,
	/* Being closed or flagged; if that fails, the mark counts again. */
	NI_MARK_CLOSING = 4,
	/* recvmsg refuses MSG_CMSG_CLOEXEC on it, as on a packet socket. */
	NI_MARK_REFUSES_FLAG = 8,
	/* Made since the last table was copied: see ni_marks_copy_begins(). */
	NI_MARK_YOUNG = 16,
	NI_MARK_NEW = NI_MARK_OURS | NI_MARK_YOUNG,
};

extern unsigned char ni_marks[NI_MARKS_SIZE];

/* All marks are below this number, which only grows. */
extern unsigned ni_marks_end;

/* The numbers that this thread may mark without further checks are 3 to
 * limit + 2. A cache of ni_marks_end; 0 at a thread's start and in a detached
 * task. */
extern __thread unsigned ni_marks_limit;

/* Not 0 if this task is detached. vfork.S sets it in a vfork child. */
extern __thread unsigned ni_marks_detached;

/* For the constructor: the thread that runs it owns the marks' table. */
void ni_marks_start(void);

/* Replaces the mark of @fd; does nothing past the table. */
void ni_marks_set(int fd, unsigned char mark);

/* The mark of @fd; 0 past the table. */
static inline unsigned char ni_marks_get(int fd)
{
	return (unsigned)fd < ni_marks_end ? ni_marks[(unsigned)fd] : 0;
}

static inline bool ni_is_marked(int fd)
{
	return ni_marks_get(fd) & NI_MARK_OURS;
}

/* NI_MARK_KEPT if @fd has it: what is made from it is left alone, too. */
static inline unsigned char ni_marks_kept(int fd)
{
	return ni_marks_get(fd) & NI_MARK_KEPT;
}

/* Marks a new descriptor as ours if one store is enough for that. */
static inline bool ni_mark_fast(int fd)
{
	if (__builtin_expect((unsigned)fd - 3 >= ni_marks_limit, 0))
		return false;
	ni_marks[(unsigned)fd] = NI_MARK_NEW;
	return true;
}

/* Removes the mark; to be called before the number can become somebody
 * else's. */
static inline void ni_marks_take(int fd)
{
	if (__builtin_expect(ni_marks_get(fd), 0))
		ni_marks_set(fd, 0);
}

/* To be called before and after a call that closes or flags a range: the marks
 * stop counting before it, and count again if it failed. @last may be ~0. */
void ni_marks_begin_closing(unsigned first, unsigned last);
void ni_marks_end_closing(unsigned first, unsigned last, bool closed);

/* Does the mark say, now and for this task's own table, that @fd is ours? What
 * no call of ours could see is left for the caller to find out. */
bool ni_marks_vouch(int fd);

/* One past the highest descriptor marked as ours; 0 if there is none. */
unsigned ni_marks_top(void);

/* ---- the table of descriptors is copied ---- */

/**
 * ni_marks_copy_begins - before a fork, a vfork or the like
 *
 * The table is not copied in the same instant in which the marks are read:
 * another thread may mark a number that is still something else in the copy. So
 * marks that are older than this call are told from those that are younger.
 *
 * Return: what ni_marks_detached has to be in a task that shares the memory.
 */
unsigned ni_marks_copy_begins(void);

/* In the parent, once the other task no longer shares its memory. */
void ni_marks_copy_ends(void);

/* In a child with memory of its own: its marks describe its own table.
 * @detached: what ni_marks_copy_begins() returned. */
void ni_marks_copied(unsigned detached);

/* This thread has left the others' table for one of its own. */
void ni_marks_split(void);

/* Is this a vfork child or the like, which writes to its parent's memory? */
bool ni_marks_memory_is_lent(void);

/* Somebody shares our memory or our table in a way that cannot be followed:
 * from now on, no mark is vouched for. */
void ni_marks_give_up(void);

#pragma GCC visibility pop

#endif
