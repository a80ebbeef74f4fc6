/*
 * array.h - how many elements an array has.
 */
#ifndef NI_COMMON_ARRAY_H
#define NI_COMMON_ARRAY_H

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
