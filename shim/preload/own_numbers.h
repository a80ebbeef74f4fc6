/*
 * own_numbers.h - one word of ni_own_numbers: a bit for each number of
 * calls.def between 64 * WORD and the next. Included once for each word, for
 * the preprocessor cannot gather.
 */
	0
#define SYSTEM(name, ...) \
	| (SYS_##name / 64 == WORD ? UINT64_C(1) << SYS_##name % 64 : 0)
#define REQUEST SYSTEM
#define NUMBER SYSTEM
#include "preload/calls.def"
	,
#undef WORD
