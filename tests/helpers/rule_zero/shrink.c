/*
 * shrink.c - the shortest program that still fails in the same way.
 */
#include <string.h>

#include "driver.h"
#include "world.h"

static void forget(struct operand *operand, unsigned removed)
{
	if (operand->step == (int)removed)
		*operand = (struct operand){ -1, -1 };
	else if (operand->step > (int)removed)
		operand->step--;
}

static void remove_step(struct program *program, unsigned removed)
{
	program->count--;
	memmove(&program->steps[removed], &program->steps[removed + 1],
		(program->count - removed) * sizeof(program->steps[0]));
	for (unsigned i = removed; i < program->count; i++) {
		struct step *step = &program->steps[i];

		forget(&step->a, removed);
		forget(&step->b, removed);
		for (unsigned j = 0; j < step->actions_count; j++) {
			forget(&step->actions[j].a, removed);
			forget(&step->actions[j].b, removed);
		}
	}
}

static unsigned end_of(const struct program *program, unsigned first)
{
	unsigned depth = 0, i;

	for (i = first; i < program->count; i++) {
		depth += ops[program->steps[i].op].shape == BLOCK;
		depth -= ops[program->steps[i].op].call == end_block;
		if (!depth)
			break;
	}
	return i;
}

/* Each makes the program smaller at @at, or returns false. */
static bool drop_block(struct program *program, unsigned at)
{
	if (ops[program->steps[at].op].shape != BLOCK)
		return false;
	for (unsigned end = end_of(program, at) + 1; end > at; end--)
		remove_step(program, end - 1);
	return true;
}

static bool unwrap_block(struct program *program, unsigned at)
{
	if (ops[program->steps[at].op].shape != BLOCK)
		return false;
	remove_step(program, end_of(program, at));
	remove_step(program, at);
	return true;
}

static bool drop_step(struct program *program, unsigned at)
{
	if (ops[program->steps[at].op].shape == BLOCK ||
	    ops[program->steps[at].op].call == end_block)
		return false;
	remove_step(program, at);
	return true;
}

static bool drop_action(struct program *program, unsigned at)
{
	if (!program->steps[at].actions_count)
		return false;
	program->steps[at].actions_count--;
	return true;
}

static bool keep_environment(struct program *program, unsigned at)
{
	if (!program->steps[at].environment)
		return false;
	program->steps[at].environment = ENVIRONMENT_KEPT;
	return true;
}

static bool use_execve(struct program *program, unsigned at)
{
	struct step *step = &program->steps[at];

	if (ops[step->op].call != execute || step->op == op_called("execve"))
		return false;
	step->op = (uint8_t)op_called("execve");
	return true;
}

static bool (*const smaller[])(struct program *, unsigned) = {
	drop_block, unwrap_block, drop_step, drop_action, keep_environment,
	use_execve,
};

enum { WAYS = sizeof(smaller) / sizeof(smaller[0]) };

static bool shrink_once(struct pair *pair, struct program *program,
			enum verdict verdict)
{
	for (unsigned at = program->count; at-- > 0;)
		for (unsigned way = 0; way < WAYS; way++) {
			struct program tried = *program;

			if (!smaller[way](&tried, at) ||
			    try_program(pair, &tried).verdict != verdict)
				continue;
			*program = tried;
			return true;
		}
	return false;
}

void shrink(struct pair *pair, struct program *program, enum verdict verdict)
{
	while (shrink_once(pair, program, verdict))
		;
	try_program(pair, program);
}
