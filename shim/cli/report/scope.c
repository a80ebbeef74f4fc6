/*
 * scope.c - whose code a finding is about: --only=PATH.
 */
#include "cli/report/scope.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/base_name.h"
#include "common/same_program.h"
#include "cli/report/place.h"
#include "cli/report/place_to_change.h"
#include "cli/report/shell.h"
#include "cli/report/symbols.h"

#define LONGEST_NAME 32

static bool is_below(const struct ni_report *report, const char *path)
{
	for (size_t i = 0; i < report->only_count; i++) {
		size_t length = strlen(report->only[i]);

		if (!strncmp(path, report->only[i], length) &&
		    (path[length] == '/' || !path[length] ||
		     !strcmp(report->only[i], "/")))
			return true;
	}
	return false;
}

/* ---- interpreters ------------------------------------------------------- */

static bool is_interpreter(const struct ni_program *program)
{
	return ni_program_kind(program->exe) != NI_PROGRAM_PLAIN;
}

/* "python" for /usr/bin/python3.11; "" for a name that is too long. */
static void plain_name(const char *path, char name[LONGEST_NAME])
{
	const char *base = ni_base_name(path);
	size_t length = strcspn(base, "0123456789.-");

	if (length >= LONGEST_NAME)
		length = 0;
	memcpy(name, base, length);
	name[length] = '\0';
}

/* The interpreter itself, its library, or what it loads from its own
 * directories: libpython3.11.so, /usr/lib/python3.11/lib-dynload/_socket.so.
 * Code in no file is what it compiled just then. */
static bool is_of_interpreter(const struct ni_program *program,
			      const struct ni_module *module)
{
	char name[LONGEST_NAME];

	if (!is_interpreter(program))
		return false;
	if (!module || !strcmp(module->path, program->exe))
		return true;
	plain_name(program->exe, name);
	return *name && strstr(module->path, name);
}

/* The first of an interpreter's arguments that is not an option; NULL if an
 * option before it says that there is no script, or names a module instead. */
static const char *script_of(const struct ni_program *program)
{
	static const char without[] = "cemr";

	for (size_t i = 1; i < program->argc; i++) {
		const char *word = program->argv[i];

		if (*word != '-')
			return word;
		if (!word[1] || (word[1] != '-' && strpbrk(word, without)))
			return NULL;
	}
	return NULL;
}

static const char *directory_of(const struct ni_report *report,
				const struct ni_program *program)
{
	if (program->cwd && *program->cwd)
		return program->cwd;
	return report->source_root ? report->source_root : "/";
}

static bool is_script_below(const struct ni_report *report,
			    const struct ni_program *program)
{
	const char *script = script_of(program);
	const char *directory = directory_of(report, program);
	char path[2 * PATH_MAX];

	if (!script)
		return is_below(report, directory);
	if (*script == '/')
		return is_below(report, script);
	if (strlen(script) + strlen(directory) + 2 > sizeof(path))
		return false;
	stpcpy(stpcpy(stpcpy(path, directory), "/"), script);
	ni_symbols_tidy_path(path);
	return is_below(report, path);
}

bool ni_scope_has_program(const struct ni_report *report,
			  const struct ni_program *program)
{
	if (!report->only_count || is_below(report, program->exe))
		return true;
	return is_interpreter(program) && is_script_below(report, program);
}

bool ni_scope_has_any(const struct ni_report *report)
{
	for (size_t i = 0; i < report->program_count; i++)
		if (ni_scope_has_program(report, report->programs[i]))
			return true;
	return false;
}

/* ---- findings ----------------------------------------------------------- */

/* A script says what is opened, what is started and, but in a shell, what is
 * closed; when a descriptor is marked is the interpreter's affair. */
static bool is_said_by_script(const struct ni_finding *finding)
{
	switch (finding->kind) {
	case NI_KIND_RACE:
		return false;
	case NI_KIND_DOUBLE_CLOSE:
	case NI_KIND_UNCLOSED:
		return !ni_is_shell(finding->program);
	default:
		return true;
	}
}

static bool has_stack(const struct ni_report *report,
		      const struct ni_finding *finding,
		      const struct ni_stack *stack)
{
	const struct ni_frame *frame = ni_place_culprit(stack);
	const struct ni_module *module = frame ? frame->location->module : NULL;

	if (module && is_below(report, module->path))
		return true;
	return frame && is_said_by_script(finding) &&
	       is_of_interpreter(finding->program, module) &&
	       is_script_below(report, finding->program);
}

static bool has_finding(const struct ni_report *report,
			const struct ni_finding *finding)
{
	const struct ni_stack *place = ni_place_to_change(finding);

	if (!place)
		return ni_scope_has_program(report, finding->program) &&
		       (!is_interpreter(finding->program) ||
			is_said_by_script(finding));
	return has_stack(report, finding, place) ||
	       (finding->kind == NI_KIND_DOUBLE_CLOSE &&
		has_stack(report, finding, finding->closed));
}

void ni_scope_apply(struct ni_report *report)
{
	for (size_t i = 0; report->only_count && i < report->finding_count; i++)
		report->findings[i].is_elsewhere =
			!has_finding(report, &report->findings[i]);
}
