/*
 * print_json.c - "noinherit-report/1": the format that others build on.
 *
 * Keys are only ever added; a reader skips those, and kinds, that it does not
 * know.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/report/json_report.h"
#include "cli/report/kinds.h"
#include "cli/report/order.h"
#include "cli/report/place.h"
#include "cli/printable.h"
#include "cli/report/place_to_change.h"
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

/* "2026-11-21T19:40:00Z" */
static json_t *json_time(uint64_t real_ns)
{
	time_t seconds = (time_t)(real_ns / 1000000000);
	char text[40];
	struct tm utc;

	if (!real_ns || !gmtime_r(&seconds, &utc) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc))
		return json_null();
	return json_string(text);
}

static json_t *json_program(const struct ni_program *program)
{
	return json_pack("{s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"pid", (int)program->pid,
		"ppid", (int)program->ppid,
		"uid", program->uid < 0 ? json_null() :
					  json_integer(program->uid),
		"started", json_time(program->started_ns),
		"exe", ni_json_text(program->exe),
		"name", ni_json_text(program->name),
		"argv", json_argv(program),
		"parent", program->parent ?
			json_integer((json_int_t)program->parent->number) :
			json_null(),
		"unfollowed", ni_json_text(program->unfollowed));
}

json_t *ni_json_what(const struct ni_what *what)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"type", ni_json_text(what->type),
		"family", ni_json_text(what->family),
		"laddr", ni_json_text(what->laddr),
		"raddr", ni_json_text(what->raddr),
		"state", ni_json_text(what->state),
		"path", ni_json_text(what->path),
		"socktype", ni_json_text(what->socket_type),
		"proto", number_or_null(what->proto, what->family != NULL));
}

static json_t *json_frame(struct ni_arena *arena, const struct ni_frame *frame)
{
	const struct ni_module *module = frame->location->module;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I}",
		"function", ni_json_text(frame->function),
		"file", ni_json_text(frame->file),
		"line", number_or_null(frame->line, frame->line != 0),
		"module", ni_json_text(module ? module->path : NULL),
		"build_id", ni_json_text(ni_place_build_id(arena, module)),
		"offset", (json_int_t)frame->location->offset);
}

json_t *ni_json_stack(struct ni_arena *arena,
		      const struct ni_stack *stack)
{
	json_t *array = json_array();

	for (size_t i = 0; stack && i < stack->depth; i++)
		json_array_append_new(array,
				      json_frame(arena, &stack->frames[i]));
	return array;
}

static json_t *json_to(const struct ni_finding *finding)
{
	if (!finding->to)
		return json_null();
	return json_pack("{s:o, s:o, s:i, s:i}",
		"exe", ni_json_text(finding->to->exe),
		"argv", json_argv(finding->to),
		"pid", (int)finding->to->pid,
		"fd", finding->to_fd);
}

static json_t *json_holders(struct ni_arena *arena,
			    const struct ni_exhaustion *exhaustion)
{
	json_t *array = json_array();

	for (size_t i = 0; i < exhaustion->holder_count; i++) {
		const struct ni_holder *holder = &exhaustion->holders[i];

		json_array_append_new(array, json_pack("{s:I, s:o, s:o, s:o}",
			"count", (json_int_t)holder->count,
			"call", ni_json_text(holder->call),
			"what", ni_json_what(&holder->what),
			"created", ni_json_stack(arena, holder->created)));
	}
	return array;
}

/* Null for all other kinds. */
static json_t *json_exhaustion(struct ni_arena *arena,
			       const struct ni_finding *finding)
{
	const struct ni_exhaustion *exhaustion = &finding->exhaustion;

	if (!exhaustion->error)
		return json_null();
	return json_pack("{s:s, s:I, s:I, s:I, s:o}",
		"error", exhaustion->error == ENFILE ? "ENFILE" : "EMFILE",
		"limit", (json_int_t)exhaustion->limit,
		"open", (json_int_t)exhaustion->open,
		"others", (json_int_t)exhaustion->others,
		"holders", json_holders(arena, exhaustion));
}

static json_t *json_finding(struct ni_report *report,
			    const struct ni_finding *finding)
{
	struct ni_arena *arena = &report->arena;
	const struct ni_frame *place = ni_place_of(finding);

	return json_pack("{s:s, s:I, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:b, s:s, s:i, s:o}",
		"kind", ni_kinds[finding->kind].name,
		"count", (json_int_t)finding->count,
		"pid", (int)finding->pid,
		"exe", ni_json_text(finding->program->exe),
		"fd", number_or_null(finding->fd, finding->fd >= 0),
		"what", ni_json_what(&finding->what),
		"call", ni_json_text(finding->call),
		"created", ni_json_stack(arena, finding->created),
		"at_call", ni_json_text(finding->at_call),
		"at", ni_json_stack(arena, finding->at),
		"closed", ni_json_stack(arena, finding->closed),
		"to", json_to(finding),
		"exhaustion", json_exhaustion(arena, finding),
		"note", ni_json_text(finding->note),
		"fix", ni_json_text(finding->fix),
		"place", place ? json_frame(arena, place) : json_null(),
		"suppressed", finding->suppressed != NULL,
		"suppressed_by", ni_json_text(finding->suppressed),
		"minor", finding->is_minor,
		"severity", ni_severity(finding),
		"cwe", ni_kinds[finding->kind].cwe,
		"fingerprint", ni_json_text(ni_arena_format(arena,
			"%016" PRIx64, finding->fingerprint)));
}

static json_t *json_findings(struct ni_report *report)
{
	json_t *findings = json_array();

	for (size_t i = 0; i < report->finding_count; i++)
		if (ni_is_chosen(report, &report->findings[i]))
			json_array_append_new(findings,
				json_finding(report, &report->findings[i]));
	return findings;
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

	for (size_t i = 0; i < report->loss_count; i++)
		json_array_append_new(array, json_pack("{s:o, s:I}",
			"what", ni_json_text(report->losses[i].what),
			"count", (json_int_t)report->losses[i].count));
	return array;
}

static json_t *json_texts(const char *const *texts, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; texts && i < count && texts[i]; i++)
		json_array_append_new(array, ni_json_text(texts[i]));
	return array;
}

static json_t *json_programs(const struct ni_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->program_count; i++)
		json_array_append_new(array,
				      json_program(report->programs[i]));
	return array;
}

json_t *ni_json_report(struct ni_report *report)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}",
		"schema", "noinherit-report/1",
		"command", json_texts(report->command, SIZE_MAX),
		"processes", json_programs(report),
		"findings", json_findings(report),
		"summary", json_summary(report),
		"losses", json_losses(report),
		"unused_suppressions",
		json_texts(report->unused_suppressions,
			   report->unused_suppression_count));
}

void ni_print_json(struct ni_report *report, FILE *out)
{
	json_t *root = ni_json_report(report);

	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}
