/*
 * print.c - a random program in lines that read like C.
 */
#include <string.h>

#include "driver.h"
#include "world.h"

static void print_operand(FILE *to, const struct program *program,
			  struct operand operand)
{
	const struct op *op;

	if (operand.step < 0) {
		fprintf(to, "%d", operand.number);
		return;
	}
	op = &ops[program->steps[operand.step].op];
	fprintf(to, "fd%d", operand.step);
	if (strstr(op->text, "pair"))
		fprintf(to, "[%d]", operand.number);
}

static void print_actions(FILE *to, const struct program *program,
			  const struct step *step)
{
	static const char *const names[ACTIONS] = {
		"close", "dup2", "open", "closefrom" };

	for (unsigned i = 0; i < step->actions_count; i++) {
		const struct action *action = &step->actions[i];

		fprintf(to, ", %s(", names[action->kind]);
		if (action->kind == ACTION_CLOSE ||
		    action->kind == ACTION_DUP2)
			print_operand(to, program, action->a);
		if (action->kind == ACTION_DUP2)
			fprintf(to, ", ");
		if (action->kind != ACTION_CLOSE)
			print_operand(to, program, action->b);
		fprintf(to, ")");
	}
}

static void print_target(FILE *to, const struct program *program,
			 const struct step *step)
{
	static const char *const targets[TARGETS] = {
		"self", "\"/proc/self/exe\"", "other" };
	static const char *const environments[ENVIRONMENTS] = {
		"", ", without LD_PRELOAD", ", with LISTEN_FDS=3",
		", with LISTEN_FDS=3 LISTEN_PID=1", ", with WAYLAND_SOCKET=",
		", with VPNFD=3 as it was at start" };

	fprintf(to, "%s%s", targets[step->target],
		environments[step->environment]);
	if (step->environment == ENVIRONMENT_NAMED)
		print_operand(to, program, step->a);
	print_actions(to, program, step);
}

static void print_text(FILE *to, const struct program *program,
		       const struct step *step)
{
	for (const char *at = ops[step->op].text; *at; at++)
		if (!strncmp(at, "{a}", 3))
			print_operand(to, program, step->a), at += 2;
		else if (!strncmp(at, "{b}", 3))
			print_operand(to, program, step->b), at += 2;
		else if (!strncmp(at, "{t}", 3))
			print_target(to, program, step), at += 2;
		else
			fputc(*at, to);
}

static bool is_referred_to(const struct program *program, unsigned step)
{
	for (unsigned i = step + 1; i < program->count; i++) {
		const struct step *later = &program->steps[i];

		if (later->a.step == (int)step || later->b.step == (int)step)
			return true;
		for (unsigned j = 0; j < later->actions_count; j++)
			if (later->actions[j].a.step == (int)step ||
			    later->actions[j].b.step == (int)step)
				return true;
	}
	return false;
}

static const char *type_of(uint32_t mode)
{
	return S_ISSOCK(mode) ? "socket" : S_ISREG(mode) ? "file" :
	       S_ISDIR(mode) ? "directory" : S_ISFIFO(mode) ? "pipe" : "other";
}

static void print_image(FILE *to, const char *whose, const struct image *image)
{
	fprintf(to, "\t/* %s:", whose);
	for (uint32_t i = 0; i < image->count; i++)
		if (image->arrivals[i].fd > 2)
			fprintf(to, " %d %s", image->arrivals[i].fd,
				type_of(image->arrivals[i].mode));
	fprintf(to, "%s */\n", image->count ? "" : " nothing");
}

static void print_answers(FILE *to, const struct program *program,
			  const struct control *native,
			  const struct control *shim, unsigned step)
{
	const struct op *op = &ops[program->steps[step].op];

	if (native->images[step].is_there || shim->images[step].is_there) {
		fputc('\n', to);
		print_image(to, "native", &native->images[step]);
		print_image(to, "shim", &shim->images[step]);
		return;
	}
	if (op->shape != BLOCK && op->call != end_block) {
		fprintf(to, "\t/* %d", native->answers[step]);
		if (native->answers[step] != shim->answers[step])
			fprintf(to, ", shim %d", shim->answers[step]);
		fprintf(to, " */");
	}
	fputc('\n', to);
}

void print_program(FILE *to, const struct program *program,
		   const struct control *native, const struct control *shim)
{
	unsigned depth = 1;

	for (unsigned i = 0; i < program->count; i++) {
		const struct step *step = &program->steps[i];
		const struct op *op = &ops[step->op];

		if (op->call == end_block && depth > 1)
			depth--;
		fprintf(to, "%*s", (int)(4 * depth), "");
		if (is_referred_to(program, i))
			fprintf(to, strstr(op->text, "pair") ? "fd%u[] = " :
				"fd%u = ", i);
		print_text(to, program, step);
		fprintf(to, op->shape == BLOCK || op->call == end_block ?
			"" : ";");
		depth += op->shape == BLOCK;
		if (native)
			print_answers(to, program, native, shim, i);
		else
			fputc('\n', to);
	}
}
