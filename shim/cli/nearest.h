/*
 * nearest.h - the word that was probably meant.
 */
#ifndef NI_CLI_NEAREST_H
#define NI_CLI_NEAREST_H

#include <stddef.h>

/*
 * How many letters differ: insertions, deletions, replacements and exchanged
 * neighbours each count one.
 */
size_t ni_word_distance(const char *a, size_t a_length,
			const char *b, size_t b_length);

/*
 * The candidate (the list ends with NULL) nearest to word, the first of equals;
 * NULL where none is near enough to be worth suggesting. A candidate that word
 * is the beginning of counts as near.
 */
const char *ni_nearest_word(const char *word, size_t length,
			    const char *const *candidates);

#endif
