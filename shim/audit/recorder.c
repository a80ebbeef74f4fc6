/*
 * recorder.c - the state that the recorder's parts share: all zero at first,
 * written by start.c.
 */
#include "audit/recorder.h"

struct ni_recorder ni_recorder;
