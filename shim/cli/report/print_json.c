/*
 * print_json.c - "noinherit-report/1": the format that others build on.
 *
 * Keys are only ever added; a reader skips those, and kinds, that it does not
 * know.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/json_report.h"
#include "cli/report/order.h"
#include "cli/report/place.h"
#include "cli/printable.h"
#include "cli/report/printers.h"

json_t *ni_json_text(const char *text)
{
	char *copy = text ? ni_utf8_copy(text, strlen(text)) : NULL;
	json_t *value = copy ? json_string(copy) : json_null();

	free(copy);
	return value;
}

static json_t *number_or_null(int64_t number, bool is_known)
{
	return is_known ? json_integer(number) : json_null();
}

static json_t *json_argv(const struct ni_program *program)
{
	json_t *argv = json_array();

	for (size_t i = 0; i < program->argc; i++)
		json_array_append_new(argv, ni_json_text(program->argv[i]));
	return argv;
}

static json_t *json_program(const struct ni_program *program)
{
	json_t *object = json_object();

	json_object_set_new(object, "pid", json_integer(program->pid));
	json_object_set_new(object, "ppid", json_integer(program->ppid));
	json_object_set_new(object, "exe", ni_json_text(program->exe));
	json_object_set_new(object, "argv", json_argv(program));
	json_object_set_new(object, "parent", program->parent ?
			    json_integer((json_int_t)program->parent->number) :
			    json_null());
	json_object_set_new(object, "unfollowed",
			    ni_json_text(program->unfollowed));
	return object;
}

json_t *ni_json_what(const struct ni_what *what)
{
	json_t *object = json_object();

	json_object_set_new(object, "type", ni_json_text(what->type));
	json_object_set_new(object, "family", ni_json_text(what->family));
	json_object_set_new(object, "laddr", ni_json_text(what->laddr));
	json_object_set_new(object, "raddr", ni_json_text(what->raddr));
	json_object_set_new(object, "state", ni_json_text(what->state));
	json_object_set_new(object, "path", ni_json_text(what->path));
	json_object_set_new(object, "socktype",
			    ni_json_text(what->socket_type));
	json_object_set_new(object, "proto",
			    number_or_null(what->proto, what->family != NULL));
	return object;
}

static json_t *json_frame(const struct ni_frame *frame)
{
	const struct ni_module *module = frame->location->module;
	json_t *object = json_object();

	json_object_set_new(object, "function", ni_json_text(frame->function));
	json_object_set_new(object, "file", ni_json_text(frame->file));
	json_object_set_new(object, "line",
			    number_or_null(frame->line, frame->line != 0));
	json_object_set_new(object, "module",
			    ni_json_text(module ? module->path : NULL));
	json_object_set_new(object, "offset",
			    json_integer((json_int_t)frame->location->offset));
	return object;
}

static json_t *json_stack(const struct ni_stack *stack)
{
	json_t *array = json_array();

	for (size_t i = 0; stack && i < stack->depth; i++)
		json_array_append_new(array, json_frame(&stack->frames[i]));
	return array;
}

static json_t *json_to(const struct ni_finding *finding)
{
	json_t *object;

	if (!finding->to)
		return json_null();
	object = json_object();
	json_object_set_new(object, "exe", ni_json_text(finding->to->exe));
	json_object_set_new(object, "argv", json_argv(finding->to));
	json_object_set_new(object, "pid", json_integer(finding->to->pid));
	json_object_set_new(object, "fd", json_integer(finding->to_fd));
	return object;
}

static json_t *json_finding(struct ni_report *report,
			    const struct ni_finding *finding)
{
	json_t *object = json_object();

	json_object_set_new(object, "kind",
			    json_string(ni_kinds[finding->kind].name));
	json_object_set_new(object, "count",
			    json_integer((json_int_t)finding->count));
	json_object_set_new(object, "pid", json_integer(finding->pid));
	json_object_set_new(object, "exe", ni_json_text(finding->program->exe));
	json_object_set_new(object, "fd",
			    number_or_null(finding->fd, finding->fd >= 0));
	json_object_set_new(object, "what", ni_json_what(&finding->what));
	json_object_set_new(object, "call", ni_json_text(finding->call));
	json_object_set_new(object, "created", json_stack(finding->created));
	json_object_set_new(object, "at_call", ni_json_text(finding->at_call));
	json_object_set_new(object, "at", json_stack(finding->at));
	json_object_set_new(object, "closed", json_stack(finding->closed));
	json_object_set_new(object, "to", json_to(finding));
	json_object_set_new(object, "note", ni_json_text(finding->note));
	json_object_set_new(object, "fix", ni_json_text(finding->fix));
	json_object_set_new(object, "suppressed",
			    json_boolean(finding->suppressed));
	json_object_set_new(object, "suppressed_by",
			    ni_json_text(finding->suppressed));
	json_object_set_new(object, "minor", json_boolean(finding->is_minor));
	json_object_set_new(object, "cwe",
			    json_integer(ni_kinds[finding->kind].cwe));
	json_object_set_new(object, "fingerprint",
			    ni_json_text(ni_arena_format(&report->arena,
							 "%016" PRIx64,
							 finding->fingerprint)));
	return object;
}

static json_t *json_summary(const struct ni_report *report)
{
	json_t *object = json_object();

	for (int kind = 0; kind < NI_KINDS; kind++)
		if (report->kinds & NI_KIND_BIT(kind))
			json_object_set_new(object, ni_kinds[kind].name,
				json_integer((json_int_t)ni_count_left(report,
								      kind)));
	return object;
}

static json_t *json_losses(const struct ni_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->loss_count; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "what",
				    ni_json_text(report->losses[i].what));
		json_object_set_new(object, "count", json_integer(
				    (json_int_t)report->losses[i].count));
		json_array_append_new(array, object);
	}
	return array;
}

json_t *ni_json_report(struct ni_report *report)
{
	json_t *root = json_object(), *command = json_array();
	json_t *processes = json_array(), *findings = json_array();
	json_t *unused = json_array();

	for (size_t i = 0; report->command && report->command[i]; i++)
		json_array_append_new(command,
				      ni_json_text(report->command[i]));
	for (size_t i = 0; i < report->program_count; i++)
		json_array_append_new(processes,
				      json_program(report->programs[i]));
	for (size_t i = 0; i < report->finding_count; i++)
		if (ni_is_chosen(report, &report->findings[i]))
			json_array_append_new(findings,
				json_finding(report, &report->findings[i]));
	for (size_t i = 0; i < report->unused_suppression_count; i++)
		json_array_append_new(unused,
			ni_json_text(report->unused_suppressions[i]));
	json_object_set_new(root, "schema", json_string("noinherit-report/1"));
	json_object_set_new(root, "command", command);
	json_object_set_new(root, "processes", processes);
	json_object_set_new(root, "findings", findings);
	json_object_set_new(root, "summary", json_summary(report));
	json_object_set_new(root, "losses", json_losses(report));
	json_object_set_new(root, "unused_suppressions", unused);
	return root;
}

void ni_print_json(struct ni_report *report, FILE *out)
{
	json_t *root = ni_json_report(report);

	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}
