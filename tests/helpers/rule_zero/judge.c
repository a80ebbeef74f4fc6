/*
 * judge.c - what two runs of one program must have in common.
 *
 * Steps are compared in order, and the first difference counts: later ones may
 * only be its consequences.
 */
#include <stddef.h>

#include "driver.h"

const char *const verdict_texts[VERDICTS] = {
	[FINE] = "fine",
	[MORE_THAN_NATIVE] = "arrives under the shim, and natively not",
	[SOCKET_IN_OTHER] =
		"a socket that nobody made inheritable is in another program",
	[LOST_IN_SELF] = "a socket is lost in the program's own new image",
	[LOST_NAMED] = "a socket that was named for the new image is lost",
	[LOST_OTHER] = "a descriptor that is none of the shim's is lost",
	[DIFFERENT_ANSWER] = "a call answers otherwise than natively",
	[DIFFERENT_END] = "the program runs otherwise than natively",
};

static const struct arrival *find(const struct image *image, int fd)
{
	for (uint32_t i = 0; i < image->count; i++)
		if (image->arrivals[i].fd == fd)
			return &image->arrivals[i];
	return NULL;
}

static bool is_socket(const struct arrival *arrival)
{
	return S_ISSOCK(arrival->mode);
}

/* The judgement of one new image. */
struct look {
	const struct step *step;
	const struct image *natives, *shims;
	bool is_inline;
};

static bool has_bit(uint64_t bits, int fd)
{
	return bits >> fd & 1;
}

static enum verdict judge_arrival(const struct look *look,
				  const struct arrival *arrival)
{
	const struct arrival *natives = find(look->natives, arrival->fd);
	bool is_same = natives &&
		(natives->mode & S_IFMT) == (arrival->mode & S_IFMT) &&
		natives->tag == arrival->tag;

	if (!is_same)
		return look->is_inline && is_socket(arrival) ?
		       FINE : MORE_THAN_NATIVE;
	if (!look->is_inline && look->step->target == TARGET_OTHER &&
	    is_socket(arrival) && has_bit(look->natives->forced, arrival->fd) &&
	    !has_bit(look->natives->either, arrival->fd) &&
	    !has_bit(look->natives->named, arrival->fd))
		return SOCKET_IN_OTHER;
	return FINE;
}

static enum verdict judge_native(const struct look *look,
				 const struct arrival *arrival)
{
	if (find(look->shims, arrival->fd) || look->is_inline ||
	    (is_socket(arrival) && arrival->is_log) ||
	    has_bit(look->natives->unproved | look->natives->either,
		    arrival->fd))
		return FINE;
	if (!has_bit(look->natives->forced, arrival->fd))
		return LOST_OTHER;
	if (!is_socket(arrival))
		return FINE;
	if (look->step->target != TARGET_OTHER)
		return LOST_IN_SELF;
	return has_bit(look->natives->named, arrival->fd) ? LOST_NAMED : FINE;
}

static struct finding judge_image(const struct look *look, unsigned step)
{
	struct finding finding = { FINE, step, -1 };

	if (look->natives->is_there != look->shims->is_there)
		return (struct finding){ DIFFERENT_END, step, -1 };
	for (uint32_t i = 0; !finding.verdict && i < look->shims->count; i++) {
		finding.fd = look->shims->arrivals[i].fd;
		finding.verdict = judge_arrival(look,
						&look->shims->arrivals[i]);
	}
	for (uint32_t i = 0; !finding.verdict && i < look->natives->count;
	     i++) {
		finding.fd = look->natives->arrivals[i].fd;
		finding.verdict = judge_native(look,
					       &look->natives->arrivals[i]);
	}
	return finding;
}

static struct finding judge_step(const struct control *native,
				 const struct control *shim, unsigned step,
				 bool is_inline)
{
	const struct look look = { &native->program.steps[step],
				   &native->images[step], &shim->images[step],
				   is_inline };
	struct finding finding;

	finding = judge_image(&look, step);
	if (!finding.verdict && native->answers[step] != shim->answers[step])
		finding.verdict = DIFFERENT_ANSWER;
	return finding;
}

struct finding judge(const struct control *native, const struct control *shim,
		     bool is_inline)
{
	struct finding finding = { FINE, 0, -1 };

	for (unsigned i = 0; !finding.verdict && i < native->program.count;
	     i++) {
		finding = judge_step(native, shim, i, is_inline);
		/* A permitted difference; later ones may be its consequences. */
		if (is_inline && native->images[i].count !=
				 shim->images[i].count)
			return finding;
	}
	if (!finding.verdict && native->status != shim->status)
		finding.verdict = DIFFERENT_END;
	return finding;
}
