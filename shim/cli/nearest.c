/*
 * nearest.c - the word that was probably meant.
 */
#include "cli/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Nothing that this command knows is longer, so a longer word is not a typo of
 * it, and the table below stays small. */
#define LONGEST 40

/* Case is what is mistyped most easily, and no two words here differ in it
 * alone. */
static bool is_same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t ni_word_distance(const char *a, size_t a_length,
			const char *b, size_t b_length)
{
	size_t d[LONGEST + 1][LONGEST + 1];

	if (a_length > LONGEST || b_length > LONGEST)
		return a_length + b_length;
	for (size_t i = 0; i <= a_length; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= b_length; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= a_length; i++)
		for (size_t j = 1; j <= b_length; j++) {
			size_t cost = !is_same_letter(a[i - 1], b[j - 1]);

			d[i][j] = least(d[i - 1][j - 1] + cost,
					least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 &&
			    is_same_letter(a[i - 1], b[j - 2]) &&
			    is_same_letter(a[i - 2], b[j - 1]))
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[a_length][b_length];
}

const char *ni_nearest_word(const char *word, size_t length,
			    const char *const *candidates)
{
	const char *nearest = NULL;
	size_t best = LONGEST;

	for (; *candidates; candidates++) {
		size_t size = strlen(*candidates);
		size_t distance = ni_word_distance(word, length,
						   *candidates, size);

		if (length && size > length && !strncasecmp(word, *candidates, length))
			distance = 1;
		/* With more than a third wrong (rounded up) it is another
		 * word, not a typo. */
		if (distance < best && distance * 3 <= least(size, length) + 2) {
			best = distance;
			nearest = *candidates;
		}
	}
	return nearest;
}
