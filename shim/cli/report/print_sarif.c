/*
 * print_sarif.c - SARIF 2.1.0, for the annotations of code hosts.
 *
 * A result lies where the fix goes: the innermost frame below the source root,
 * for only files of the repository can be annotated. Its code flow leads from
 * the creation to the exec (the mark, the second close).
 */
#include <inttypes.h>
#include <jansson.h>
#include <noinherit.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/json_report.h"
#include "cli/report/order.h"
#include "cli/report/place.h"
#include "cli/report/printers.h"
#include "cli/report/what.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static json_t *message(const char *text)
{
	json_t *object = json_object();

	json_object_set_new(object, "text", ni_json_text(text));
	return object;
}

static json_t *single(json_t *value)
{
	json_t *array = json_array();

	json_array_append_new(array, value);
	return array;
}

/* ---- locations ---------------------------------------------------------- */

static char *percent_encoded(struct ni_arena *arena, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~/+@";
	char *out = ni_arena_take(arena, 3 * strlen(path) + 1), *end = out;

	for (; *path; path++) {
		unsigned char byte = (unsigned char)*path;

		if (strchr(plain, byte)) {
			*end++ = (char)byte;
			continue;
		}
		*end++ = '%';
		*end++ = "0123456789ABCDEF"[byte >> 4];
		*end++ = "0123456789ABCDEF"[byte & 15];
	}
	return out;
}

/* Below the source root: a file that the code host can show. */
static bool is_in_repository(const struct ni_report *report,
			    const struct ni_frame *frame)
{
	return frame->line &&
	       ni_place_file(frame, report->source_root) != frame->file;
}

/* Relative to the source root, absolute, or that of the module where the file
 * is not known. */
static json_t *artifact(struct ni_report *report, const struct ni_frame *frame)
{
	const struct ni_module *module = frame->location->module;
	const char *file = ni_place_file(frame, report->source_root);
	json_t *object = json_object();
	const char *uri;

	if (!file)
		file = module && *module->path ? module->path : "unknown";
	uri = percent_encoded(&report->arena, file);
	if (*file == '/')
		uri = ni_arena_format(&report->arena, "file://%s", uri);
	json_object_set_new(object, "uri", ni_json_text(uri));
	if (is_in_repository(report, frame))
		json_object_set_new(object, "uriBaseId",
				    json_string("SRCROOT"));
	return object;
}

static json_t *region(const struct ni_frame *frame)
{
	json_t *object = json_object();

	json_object_set_new(object, "startLine", json_integer(frame->line));
	return object;
}

static json_t *location(struct ni_report *report, const struct ni_frame *frame,
			const char *text)
{
	json_t *object = json_object(), *physical = json_object(), *logical;

	json_object_set_new(physical, "artifactLocation",
			    artifact(report, frame));
	if (frame->line && frame->file)
		json_object_set_new(physical, "region", region(frame));
	json_object_set_new(object, "physicalLocation", physical);
	if (frame->function) {
		logical = json_object();
		json_object_set_new(logical, "fullyQualifiedName",
				    ni_json_text(frame->function));
		json_object_set_new(logical, "kind", json_string("function"));
		json_object_set_new(object, "logicalLocations",
				    single(logical));
	}
	if (text)
		json_object_set_new(object, "message", message(text));
	return object;
}

static json_t *stack_frame(struct ni_report *report,
			   const struct ni_frame *frame)
{
	json_t *object = json_object();

	json_object_set_new(object, "location", location(report, frame, NULL));
	json_object_set_new(object, "module",
			    ni_json_text(ni_place_module_name(frame)));
	return object;
}

static json_t *json_stack(struct ni_report *report,
			  const struct ni_stack *stack, const char *text)
{
	json_t *object = json_object(), *frames = json_array();

	for (size_t i = 0; i < stack->depth; i++)
		json_array_append_new(frames,
				      stack_frame(report, &stack->frames[i]));
	json_object_set_new(object, "message", message(text));
	json_object_set_new(object, "frames", frames);
	return object;
}

static const struct ni_frame *best_frame(const struct ni_report *report,
					 const struct ni_stack *stack)
{
	for (size_t i = 0; stack && i < stack->depth; i++)
		if (is_in_repository(report, &stack->frames[i]))
			return &stack->frames[i];
	return ni_place_culprit(stack);
}

/* ---- what happened, step by step ---------------------------------------- */

struct step {
	const struct ni_stack *stack;
	const char *text;
};

#define MOST_STEPS 3

static const char *exec_text(struct ni_report *report,
			     const struct ni_finding *finding)
{
	const char *call = finding->at_call ? finding->at_call : "exec";

	if (finding->to)
		return ni_arena_format(&report->arena, "%s: fd %d goes to %s",
				       call, finding->to_fd, finding->to->exe);
	return ni_arena_format(&report->arena, "%s", call);
}

static size_t steps_of(struct ni_report *report,
		       const struct ni_finding *finding,
		       struct step steps[MOST_STEPS])
{
	size_t count = 0;

	if (finding->created)
		steps[count++] = (struct step){
			finding->created,
			ni_arena_format(&report->arena, "created by %s: %s",
					finding->call ? finding->call : "a call",
					ni_what_text(&report->arena,
						     &finding->what))
		};
	if (finding->closed && finding->kind == NI_KIND_DOUBLE_CLOSE)
		steps[count++] = (struct step){
			finding->closed, "closed the first time"
		};
	if (finding->at)
		steps[count++] = (struct step){
			finding->at, exec_text(report, finding)
		};
	return count;
}

static json_t *code_flow(struct ni_report *report, const struct step *steps,
			 size_t count)
{
	json_t *locations = json_array(), *thread = json_object();
	json_t *flow = json_object();

	for (size_t i = 0; i < count; i++) {
		const struct ni_frame *frame = best_frame(report,
							  steps[i].stack);
		json_t *step = json_object();

		json_object_set_new(step, "location",
				    location(report, frame, steps[i].text));
		json_object_set_new(step, "stack",
				    json_stack(report, steps[i].stack,
					       steps[i].text));
		json_object_set_new(step, "executionOrder",
				    json_integer((json_int_t)i + 1));
		json_array_append_new(locations, step);
	}
	json_object_set_new(thread, "locations", locations);
	json_object_set_new(flow, "threadFlows", single(thread));
	return flow;
}

/* ---- results ------------------------------------------------------------ */

static const char *result_text(struct ni_report *report,
			       const struct ni_finding *finding)
{
	struct ni_arena *arena = &report->arena;
	const char *text = ni_arena_format(arena, "%s in %s: %s",
					   ni_what_text(arena, &finding->what),
					   finding->program->exe,
					   ni_kinds[finding->kind].title);

	if (finding->to)
		text = ni_arena_format(arena, "%s: %s", text,
				       ni_command_text(arena,
						       finding->to->argv, 80));
	if (finding->count > 1)
		text = ni_arena_format(arena, "%s, %" PRIu64 " times", text,
				       finding->count);
	if (finding->note)
		text = ni_arena_format(arena, "%s. %s", text, finding->note);
	if (finding->fix)
		text = ni_arena_format(arena, "%s. Fix: %s", text,
				       finding->fix);
	return ni_arena_format(arena, "%s.", text);
}

static json_t *suppressions(const struct ni_finding *finding)
{
	json_t *object;

	if (!finding->suppressed)
		return json_array();
	object = json_object();
	json_object_set_new(object, "kind", json_string("external"));
	json_object_set_new(object, "justification",
			    ni_json_text(finding->suppressed));
	return single(object);
}

/* Where no stack is known, the program itself. */
static json_t *program_location(struct ni_report *report,
				const struct ni_finding *finding)
{
	const struct ni_module module = { .path = finding->program->exe };
	const struct ni_location where = { .module = &module };
	const struct ni_frame frame = { .location = &where };

	return location(report, &frame, NULL);
}

static json_t *result_location(struct ni_report *report,
			       const struct ni_finding *finding)
{
	const struct ni_stack *stack = finding->created ? finding->created :
							  finding->at;

	if (finding->kind == NI_KIND_DOUBLE_CLOSE ||
	    finding->kind == NI_KIND_WRONG_FLAG)
		stack = finding->at;
	if (!stack || !stack->depth)
		return program_location(report, finding);
	return location(report, best_frame(report, stack), NULL);
}

static const char *level_of(const struct ni_finding *finding)
{
	return finding->is_minor ? "note" : ni_kinds[finding->kind].level;
}

static json_t *result(struct ni_report *report,
		      const struct ni_finding *finding)
{
	struct ni_arena *arena = &report->arena;
	const char *rule = ni_kinds[finding->kind].name;
	json_t *object = json_object(), *fingerprints = json_object();
	struct step steps[MOST_STEPS];
	size_t count = steps_of(report, finding, steps);

	json_object_set_new(object, "ruleId", json_string(rule));
	json_object_set_new(object, "ruleIndex", json_integer(finding->kind));
	json_object_set_new(object, "level", json_string(level_of(finding)));
	json_object_set_new(object, "message",
			    message(result_text(report, finding)));
	json_object_set_new(object, "locations",
			    single(result_location(report, finding)));
	if (count)
		json_object_set_new(object, "codeFlows",
				    single(code_flow(report, steps, count)));
	json_object_set_new(object, "occurrenceCount",
			    json_integer((json_int_t)finding->count));
	json_object_set_new(fingerprints, "noinherit/1",
			    ni_json_text(ni_arena_format(arena, "%016" PRIx64,
							 finding->fingerprint)));
	json_object_set_new(object, "partialFingerprints", fingerprints);
	json_object_set_new(object, "suppressions", suppressions(finding));
	return object;
}

/* ---- the run ------------------------------------------------------------ */

static json_t *rule(struct ni_arena *arena, const struct ni_kind_facts *kind)
{
	json_t *object = json_object(), *properties = json_object();
	json_t *defaults = json_object(), *tags = json_array();

	json_object_set_new(object, "id", json_string(kind->name));
	json_object_set_new(object, "shortDescription", message(kind->title));
	json_object_set_new(object, "fullDescription", message(kind->meaning));
	json_object_set_new(object, "help", message(kind->meaning));
	json_object_set_new(defaults, "level", json_string(kind->level));
	json_object_set_new(object, "defaultConfiguration", defaults);
	json_array_append_new(tags, json_string("security"));
	json_array_append_new(tags, ni_json_text(
		ni_arena_format(arena, "external/cwe/cwe-%d", kind->cwe)));
	json_object_set_new(properties, "tags", tags);
	json_object_set_new(properties, "precision", json_string("high"));
	json_object_set_new(properties, "problem.severity", json_string(
		strcmp(kind->level, "note") ? kind->level : "recommendation"));
	json_object_set_new(object, "properties", properties);
	return object;
}

static json_t *driver(struct ni_arena *arena)
{
	json_t *tool = json_object(), *object = json_object();
	json_t *rules = json_array();

	for (int kind = 0; kind < NI_KINDS; kind++)
		json_array_append_new(rules, rule(arena, &ni_kinds[kind]));
	json_object_set_new(object, "name", json_string("noinherit"));
	json_object_set_new(object, "version", json_string(NOINHERIT_VERSION));
	json_object_set_new(object, "semanticVersion",
			    json_string(NOINHERIT_VERSION));
	json_object_set_new(object, "rules", rules);
	json_object_set_new(tool, "driver", object);
	return tool;
}

static json_t *notification(struct ni_arena *arena, const struct ni_loss *loss)
{
	json_t *object = json_object();

	json_object_set_new(object, "level", json_string("warning"));
	json_object_set_new(object, "message",
			    message(ni_arena_format(arena, "%" PRIu64 " %s",
						    loss->count, loss->what)));
	return object;
}

static json_t *invocation(struct ni_report *report)
{
	json_t *object = json_object(), *notifications = json_array();

	for (size_t i = 0; i < report->loss_count; i++)
		json_array_append_new(notifications,
				      notification(&report->arena,
						   &report->losses[i]));
	json_object_set_new(object, "executionSuccessful", json_true());
	json_object_set_new(object, "commandLine", ni_json_text(
			    ni_command_text(&report->arena, report->command,
					    4096)));
	json_object_set_new(object, "toolExecutionNotifications",
			    notifications);
	return object;
}

static json_t *source_root(struct ni_report *report)
{
	json_t *bases = json_object(), *root = json_object();
	const char *path = report->source_root ? report->source_root : "";

	json_object_set_new(root, "uri", ni_json_text(
		ni_arena_format(&report->arena, "file://%s/",
				percent_encoded(&report->arena, path))));
	json_object_set_new(bases, "SRCROOT", root);
	return bases;
}

static json_t *run(struct ni_report *report)
{
	json_t *object = json_object(), *results = json_array();

	for (size_t i = 0; i < report->finding_count; i++)
		if (ni_is_chosen(report, &report->findings[i]))
			json_array_append_new(results,
					      result(report,
						     &report->findings[i]));
	json_object_set_new(object, "tool", driver(&report->arena));
	json_object_set_new(object, "invocations",
			    single(invocation(report)));
	json_object_set_new(object, "originalUriBaseIds",
			    source_root(report));
	json_object_set_new(object, "columnKind",
			    json_string("utf16CodeUnits"));
	json_object_set_new(object, "results", results);
	return object;
}

void ni_print_sarif(struct ni_report *report, FILE *out)
{
	json_t *root = json_object();

	json_object_set_new(root, "$schema", json_string(SCHEMA));
	json_object_set_new(root, "version", json_string("2.1.0"));
	json_object_set_new(root, "runs", single(run(report)));
	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}
