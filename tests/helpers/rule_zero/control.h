/*
 * control.h - what the fuzzer of rule 0 and the programs that it starts share:
 * one file, mapped by all of them. It holds the random program, what each of
 * its steps answered, and what each new image was given.
 *
 * No libc: rule_zero_other.c, which has none, reads it, too.
 */
#ifndef TESTS_RULE_ZERO_CONTROL_H
#define TESTS_RULE_ZERO_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/raw.h"

enum {
	STEPS_MAX = 48,
	ACTIONS_MAX = 3,
	FDS = 48,		/* the program's numbers are below this */
	WORK_FDS = 64,		/* the fuzzer's own are above this */
	TAGS_MAX = 256,
	PATH_SIZE = 256,
};

/* An operand: a number, or what an earlier step returned. */
struct operand {
	int8_t step;		/* -1: number */
	int8_t number;		/* which of its two results, or the number */
};

/* A posix_spawn file action. */
struct action {
	uint8_t kind;
	struct operand a, b;
};

struct step {
	uint8_t op;		/* index of a row of ops.def */
	uint8_t target;		/* of an exec: enum target */
	uint8_t environment;	/* of an exec: enum environment */
	uint8_t actions_count;
	struct operand a, b;
	struct action actions[ACTIONS_MAX];
};

struct program {
	unsigned count;
	struct step steps[STEPS_MAX];
};

struct identity {
	uint64_t device, inode;
};

struct arrival {
	uint32_t mode;		/* st_mode; only its type counts */
	uint8_t fd;
	bool is_log;		/* a socket that leads to /dev/log */
	/* The step that made it, by what was known at the time: a later step
	 * may open the same file in one run and fail in the other. */
	uint32_t tag;
	struct identity identity;
};

/* What a new image was given. */
struct image {
	uint32_t is_there;
	uint32_t is_preloaded;
	uint64_t forced;	/* flagged by the shim only: see world.h */
	uint64_t named;		/* the exec names them: LISTEN_FDS ... */
	uint64_t unproved;	/* may be kept back: see world.h */
	uint64_t either;	/* may arrive or not */
	uint32_t count;
	struct arrival arrivals[FDS];
};

struct tag {
	struct identity identity;
	uint32_t tag;
};

struct control {
	uint32_t command, answer;	/* futexes: driver and runner */
	uint32_t is_over;		/* tells the runner to end */
	int32_t status;			/* of the program, from waitpid */
	char directory[PATH_SIZE];
	char other[PATH_SIZE];
	struct program program;
	/* All members from here on are cleared before each run. */
	uint32_t tags_count;
	int8_t results[STEPS_MAX][2];
	int32_t answers[STEPS_MAX];	/* result, or -errno */
	struct tag tags[TAGS_MAX];
	struct image images[STEPS_MAX];
};

static inline bool leads_to_log(int fd)
{
	struct sockaddr_un peer = { 0 };
	socklen_t length = sizeof(peer);
	const char *log = "/dev/log", *path = peer.sun_path;

	if (ni_raw3(SYS_getpeername, fd, (long)&peer, (long)&length) < 0)
		return false;
	for (; *log && *path == *log; path++)
		log++;
	return !*log && !*path;
}

/* Lists the descriptors of this process. Raw calls: nothing is opened. */
static inline uint32_t list_descriptors(struct arrival *to)
{
	uint32_t count = 0;

	for (int fd = 0; fd < FDS; fd++) {
		struct stat status;

		if (ni_raw3(SYS_fstat, fd, (long)&status, 0) < 0)
			continue;
		to[count].fd = (uint8_t)fd;
		to[count].mode = status.st_mode;
		to[count].identity.device = status.st_dev;
		to[count].identity.inode = status.st_ino;
		to[count].is_log = S_ISSOCK(status.st_mode) && leads_to_log(fd);
		count++;
	}
	return count;
}

static inline uint32_t tag_of(const struct control *control,
			      const struct identity *identity)
{
	for (uint32_t i = 0; i < control->tags_count; i++)
		if (control->tags[i].identity.inode == identity->inode &&
		    control->tags[i].identity.device == identity->device)
			return control->tags[i].tag;
	return 0;
}

/* Records what a new image was given. */
static inline void note_image(struct control *control, unsigned step,
			      const struct arrival *arrivals, uint32_t count)
{
	struct image *image = &control->images[step];

	for (uint32_t i = 0; i < count; i++) {
		image->arrivals[i] = arrivals[i];
		image->arrivals[i].tag = tag_of(control, &arrivals[i].identity);
	}
	image->count = count;
	image->is_there++;
}

#endif
