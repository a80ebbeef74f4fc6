/*
 * task.h - the running task: whether it is the only one in its process, and how
 * to make a copy of it that has a descriptor table of its own.
 */
#ifndef NI_PRELOAD_TASK_H
#define NI_PRELOAD_TASK_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* False if it cannot be known: there is no /proc, or the program installed a
 * filter that might forbid the question. */
bool ni_is_single_thread(void);

/**
 * ni_in_copied_table - run a function where no other thread changes the table
 * @body: runs in a thread of this process that has a copy of the descriptor
 *	table, on this thread's stack and with its thread-local data, while this
 *	thread sleeps. It may call exec. Signals are blocked until it calls
 *	ni_admit_signals().
 *
 * The marks are as in a vfork child: those vouched for hold for the copy, too.
 *
 * Return: false if there is no such thread here; then nothing was run.
 */
bool ni_in_copied_table(void (*body)(void *), void *data);

/* Once ni_in_copied_table() has failed: was it because an emulator cannot, and
 * is the thread that the kernel counts besides this one the emulator's? libc
 * tells, from glibc 2.32 on. */
bool ni_is_single_when_emulated(void);

/* The program made threads without libc's knowledge. */
extern bool ni_task_makes_threads;

/* Sets the signal mask as it was before ni_in_copied_table(). */
void ni_admit_signals(void);

#pragma GCC visibility pop

#endif
