/*
 * place.c - one place in the source, for people.
 */
#include "cli/report/place.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "common/array.h"
#include "common/base_name.h"

/* Nobody fixes a leak there. */
static const char *const system_modules[] = {
	"libc.so", "libc-", "ld-linux", "ld-musl", "libpthread", "libresolv",
	"libnss_", "libnoinherit-", "libstdc++.so", "libc++.so", "libffi.so",
	"_ctypes.",
};

/* Nor there: what a runtime calls code of its own, or of its library. */
static const char *const code_of_runtimes[] = {
	"Builtin:", "BytecodeHandler:", "Stub", "RegExp:", " node:", /* V8 */
	"Interpreter", "call_stub", "vtable", "itable", "adapters", /* Java */
	" java.", " javax.", " jdk.", " sun.",
	"py::<frozen", ":/usr/lib/python3",	/* Python */
};

/* Libraries of a runtime that stand between its scripts and the kernel. */
static const char *const modules_of_runtimes[] = {
	"libjvm.so", "libjava.so", "libnet.so", "libnio.so", "libuv.so",
};

const char *ni_place_module_name(const struct ni_frame *frame)
{
	const struct ni_module *module = frame->location->module;

	return module && *module->path ? ni_base_name(module->path) : "?";
}

static bool is_system(const struct ni_frame *frame)
{
	const char *name = ni_place_module_name(frame);

	for (size_t i = 0; i < ARRAY_LEN(system_modules); i++)
		if (!strncmp(name, system_modules[i],
			     strlen(system_modules[i])))
			return true;
	return false;
}

/* ---- scripts ------------------------------------------------------------ */

static bool is_of_script(const struct ni_frame *frame)
{
	if (!frame->location->runtime || !frame->function)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(code_of_runtimes); i++)
		if (strstr(frame->function, code_of_runtimes[i]))
			return false;
	return true;
}

static size_t find_script(const struct ni_stack *stack)
{
	size_t i = 0;

	while (i < stack->depth && !is_of_script(&stack->frames[i]))
		i++;
	return i;
}

/* What the script calls belongs to the runtime if the same module has called
 * the script, too; else it is an extension. */
static bool is_of_runtime(const struct ni_stack *stack, size_t script,
			  const struct ni_frame *frame)
{
	if (frame->location->runtime)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(modules_of_runtimes); i++)
		if (!strncmp(ni_place_module_name(frame), modules_of_runtimes[i],
			     strlen(modules_of_runtimes[i])))
			return true;
	for (size_t i = script + 1; i < stack->depth; i++)
		if (frame->location->module &&
		    stack->frames[i].location->module ==
		    frame->location->module)
			return true;
	return false;
}

const struct ni_frame *ni_place_culprit(const struct ni_stack *stack)
{
	size_t script;

	if (!stack || !stack->depth)
		return NULL;
	script = find_script(stack);
	for (size_t i = 0; i < stack->depth; i++) {
		const struct ni_frame *frame = &stack->frames[i];

		if (i == script ||
		    (!is_system(frame) && !(script < stack->depth &&
					    i < script &&
					    is_of_runtime(stack, script,
							  frame))))
			return frame;
	}
	return &stack->frames[0];
}

const char *ni_place_build_id(struct ni_arena *arena,
			      const struct ni_module *module)
{
	static const char digits[] = "0123456789abcdef";
	char *text, *end;

	if (!module || !module->build_id_size)
		return NULL;
	text = end = ni_arena_take(arena, 2 * module->build_id_size + 1);
	for (size_t i = 0; i < module->build_id_size; i++) {
		*end++ = digits[module->build_id[i] >> 4];
		*end++ = digits[module->build_id[i] & 15];
	}
	return text;
}

const char *ni_place_file(const struct ni_frame *frame, const char *root)
{
	size_t length = root ? strlen(root) : 0;

	if (frame->file && length > 1 && !strncmp(frame->file, root, length) &&
	    frame->file[length] == '/')
		return frame->file + length + 1;
	return frame->file;
}

const char *ni_place_text(struct ni_arena *arena, const struct ni_frame *frame,
			  const char *root)
{
	if (!frame)
		return NULL;
	if (frame->file && frame->line)
		return ni_arena_format(arena, "%s:%u",
				       ni_place_file(frame, root), frame->line);
	/* The name of a script's function says where the function is. */
	if (frame->function && frame->location->runtime)
		return frame->function;
	if (frame->function)
		return ni_arena_format(arena, "%s in %s", frame->function,
				       ni_place_module_name(frame));
	return ni_arena_format(arena, "%s+0x%" PRIx64,
			       ni_place_module_name(frame),
			       frame->location->offset);
}
