/*
 * generate.c - a random program from a seed: the same seed, the same program.
 */
#include <sched.h>
#include <string.h>

#include "driver.h"
#include "world.h"

enum { DEPTH_MAX = 2, BODY_MAX = 6, LENGTH_MIN = 3, LENGTH_MAX = 24 };

struct maker {
	struct program *program;
	uint64_t state;
	bool is_inline;
	unsigned depth;
	bool shares_memory;	/* inside a vfork or clone(CLONE_VM) block */
};

/* splitmix64 */
static uint32_t draw(struct maker *maker, uint32_t below)
{
	uint64_t z = maker->state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (uint32_t)((z ^ (z >> 31)) >> 32) % below;
}

static bool happens(struct maker *maker, uint32_t percent)
{
	return draw(maker, 100) < percent;
}

static bool has_results(const struct step *step)
{
	uint8_t effect = ops[step->op].effect;

	return effect == FORCED || effect == OWN || effect == AS_SAID;
}

static bool has_two(const struct step *step)
{
	return ops[step->op].call == ops[op_called("socketpair")].call ||
	       ops[step->op].call == ops[op_called("pipe")].call;
}

/* Whether the step's result is made by a row of that call, or is a duplicate of
 * such a result. */
static bool is_of(const struct program *program, const struct step *step,
		  const char *name)
{
	while (ops[step->op].shape == OPEN && has_results(step) &&
	       step->a.step >= 0)
		step = &program->steps[step->a.step];
	return ops[step->op].call == ops[op_called(name)].call;
}

static struct operand number(unsigned value)
{
	return (struct operand){ -1, (int8_t)value };
}

/* Draws a result of an earlier step, preferably a late one; with @name, of that
 * call. */
static bool draw_result(struct maker *maker, const char *name,
			struct operand *operand)
{
	const struct program *program = maker->program;

	for (unsigned tries = 0; program->count && tries < 12; tries++) {
		uint32_t span = happens(maker, 50) && program->count > 4 ?
				4 : program->count;
		unsigned at = program->count - 1 - draw(maker, span);
		const struct step *step = &program->steps[at];

		if (!has_results(step) || (name && !is_of(program, step, name)))
			continue;
		operand->step = (int8_t)at;
		operand->number = (int8_t)(has_two(step) && draw(maker, 2));
		return true;
	}
	return false;
}

static struct operand draw_number(struct maker *maker)
{
	if (happens(maker, 10))
		return number(draw(maker, 3));
	return number(3 + draw(maker, happens(maker, 80) ? 7 : 30));
}

static struct operand draw_open(struct maker *maker, const char *name)
{
	struct operand operand;

	if (name && draw_result(maker, name, &operand))
		return operand;
	if (happens(maker, 88) && draw_result(maker, NULL, &operand))
		return operand;
	return draw_number(maker);
}

static void draw_action(struct maker *maker, struct action *action)
{
	static const uint8_t kinds[] = { ACTION_CLOSE, ACTION_CLOSE,
					 ACTION_DUP2, ACTION_DUP2, ACTION_DUP2,
					 ACTION_OPEN, ACTION_CLOSEFROM };

	action->kind = kinds[draw(maker, sizeof(kinds))];
	action->a = draw_open(maker, NULL);
	action->b = draw_number(maker);
	if (action->kind == ACTION_CLOSEFROM)
		action->b = number(3 + draw(maker, 9));
	else if (happens(maker, 25))
		action->b = action->a;
}

static void draw_exec(struct maker *maker, struct step *step)
{
	static const uint8_t kinds[] = {
		ENVIRONMENT_KEPT, ENVIRONMENT_KEPT, ENVIRONMENT_KEPT,
		ENVIRONMENT_KEPT, ENVIRONMENT_KEPT, ENVIRONMENT_CLEAN,
		ENVIRONMENT_LISTEN, ENVIRONMENT_LISTEN_OTHER,
		ENVIRONMENT_NAMED, ENVIRONMENT_INHERITED };

	step->target = happens(maker, 40) ? TARGET_OTHER :
		       draw(maker, 2) ? TARGET_SELF : TARGET_SELF_BY_PROC;
	step->environment = kinds[draw(maker, sizeof(kinds))];
	step->a = draw_open(maker, NULL);
}

static void draw_operands(struct maker *maker, struct step *step)
{
	switch (ops[step->op].shape) {
	case OPEN:
		step->a = draw_open(maker, NULL);
		break;
	case LISTENER:
		step->a = draw_open(maker, "listener");
		break;
	case FOLDER:
		step->a = draw_open(maker, "open_directory");
		break;
	case PASSED:
		step->a = draw_open(maker, NULL);
		step->b = draw_open(maker, "socketpair");
		break;
	case ONTO:
		step->a = draw_open(maker, NULL);
		step->b = happens(maker, 50) ? draw_number(maker) :
			  draw_open(maker, NULL);
		break;
	case RANGE:
		step->a = draw_number(maker);
		step->b = number((unsigned)step->a.number + draw(maker, 8));
		break;
	case NUMBER:
		step->a = number(1 + draw(maker, 9));
		break;
	case SPAWN:
		step->actions_count = (uint8_t)draw(maker, ACTIONS_MAX + 1);
		for (unsigned i = 0; i < step->actions_count; i++)
			draw_action(maker, &step->actions[i]);
		draw_exec(maker, step);
		break;
	case EXEC:
		draw_exec(maker, step);
		break;
	}
}

static bool is_allowed(const struct maker *maker, const struct op *op)
{
	if (op->is_inline && !maker->is_inline)
		return false;
	if (op->shape != BLOCK)
		return true;
	/* A child that shares the memory would start the thread in its parent. */
	return maker->depth < DEPTH_MAX &&
	       !(maker->shares_memory && op->call == in_thread);
}

static uint32_t weight_of(const struct maker *maker, unsigned op, int shape)
{
	if (!is_allowed(maker, &ops[op]))
		return 0;
	if (shape == EXEC)	/* or SPAWN */
		return ops[op].shape == EXEC || ops[op].shape == SPAWN ?
		       ops[op].weight : 0;
	return ops[op].weight;
}

static unsigned draw_op(struct maker *maker, int shape)
{
	uint32_t total = 0, drawn;
	unsigned op;

	for (op = 0; op < ops_count; op++)
		total += weight_of(maker, op, shape);
	drawn = draw(maker, total);
	for (op = 0; drawn >= weight_of(maker, op, shape); op++)
		drawn -= weight_of(maker, op, shape);
	return op;
}

static void add_steps(struct maker *maker, unsigned count);

static struct step *add(struct maker *maker, unsigned op)
{
	struct step *step = &maker->program->steps[maker->program->count];
	struct step made = { .op = (uint8_t)op, .a = number(0),
			     .b = number(0) };

	draw_operands(maker, &made);
	maker->program->count++;
	*step = made;
	return step;
}

static bool has_room(const struct maker *maker, unsigned count)
{
	return maker->program->count + count + DEPTH_MAX + 2 < STEPS_MAX;
}

static void add_body(struct maker *maker, const struct op *block)
{
	bool before = maker->shares_memory;

	maker->depth++;
	if (block->call == in_vfork || (block->call == in_clone &&
					(block->flag & CLONE_VM)))
		maker->shares_memory = true;
	add_steps(maker, 1 + draw(maker, BODY_MAX));
	if (happens(maker, 55) && has_room(maker, 1))
		add(maker, draw_op(maker, EXEC));
	maker->shares_memory = before;
	maker->depth--;
	add(maker, op_called("end"));
}

static void add_steps(struct maker *maker, unsigned count)
{
	for (; count && has_room(maker, 3); count--) {
		struct step *step = add(maker, draw_op(maker, NONE));

		if (ops[step->op].shape == BLOCK)
			add_body(maker, &ops[step->op]);
	}
}

void generate(struct program *program, uint64_t seed, bool is_inline)
{
	struct maker maker = { .program = program, .state = seed * 2 + 1,
			       .is_inline = is_inline };

	memset(program, 0, sizeof(*program));
	add_steps(&maker, LENGTH_MIN +
		  draw(&maker, LENGTH_MAX - LENGTH_MIN));
	add(&maker, draw_op(&maker, EXEC));
}
