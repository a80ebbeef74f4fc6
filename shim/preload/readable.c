/*
 * readable.c - asks the kernel by a call that reads memory and changes
 * nothing.
 */
#include "preload/readable.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "common/raw.h"
#include "preload/valgrind.h"

enum { PAGE = 4096 };	/* the smallest page size */

/* The page that was last asked about: most strings lie side by side. */
struct reader {
	uintptr_t page;
};

/* Uses a call that reads eight bytes, then finds that the requested operation
 * does not exist, and does nothing. Eight aligned bytes lie on one page. */
static bool is_page_readable(struct reader *reader, const void *address)
{
	const uintptr_t page = (uintptr_t)address & ~(uintptr_t)(PAGE - 1);
	const int no_such_action = -1;

	if (reader->page == page)
		return true;
	if (ni_raw6(SYS_rt_sigprocmask, no_such_action, (long)page + 8, 0, 8, 0,
		    0) == -EFAULT)
		return false;
	reader->page = page;
	return true;
}

static bool is_text_readable(struct reader *reader, const char *text)
{
	for (;;) {
		if (!is_page_readable(reader, text))
			return false;
		do {
			if (!*text++)
				return true;
		} while ((uintptr_t)text & (PAGE - 1));
	}
}

bool ni_list_is_readable(char *const *list)
{
	struct reader pointers = { 1 }, texts = { 1 };

	/* valgrind would report the question as an error of the program. */
	if (ni_is_in_valgrind())
		return true;
	/* An unaligned pointer may lie on two pages. */
	for (; list; list++) {
		if (!is_page_readable(&pointers, list) ||
		    !is_page_readable(&pointers,
				      (const char *)(list + 1) - 1))
			return false;
		if (!*list)
			return true;
		if (!is_text_readable(&texts, *list))
			return false;
	}
	return true;
}
