/*
 * print_sarif.c - SARIF 2.1.0, for the annotations of code hosts.
 *
 * A result lies where the fix goes: the innermost frame below the source root,
 * as only files in the repository can be annotated. Its code flow leads from
 * the creation to the exec (the mark, the second close).
 */
#include <inttypes.h>
#include <jansson.h>
#include <noinherit.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/json_report.h"
#include "cli/report/kinds.h"
#include "cli/report/order.h"
#include "cli/report/place.h"
#include "cli/report/place_to_change.h"
#include "cli/report/printers.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static json_t *message(const char *text)
{
	return json_pack("{s:o}", "text", ni_json_text(text));
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
	const char *base = is_in_repository(report, frame) ? "SRCROOT" : NULL;
	const char *uri;

	if (!file)
		file = module && *module->path ? module->path : "unknown";
	uri = percent_encoded(&report->arena, file);
	if (*file == '/')
		uri = ni_arena_format(&report->arena, "file://%s", uri);
	return json_pack("{s:o, s:s*}", "uri", ni_json_text(uri),
			 "uriBaseId", base);
}

/* NULL where the line is not known. */
static json_t *region(const struct ni_frame *frame)
{
	if (!frame->line || !frame->file)
		return NULL;
	return json_pack("{s:I}", "startLine", (json_int_t)frame->line);
}

static json_t *functions(const struct ni_frame *frame)
{
	if (!frame->function)
		return NULL;
	return json_pack("[{s:o, s:s}]", "fullyQualifiedName",
			 ni_json_text(frame->function), "kind", "function");
}

static json_t *location(struct ni_report *report, const struct ni_frame *frame,
			const char *text)
{
	return json_pack("{s:{s:o, s:o*}, s:o*, s:o*}", "physicalLocation",
			 "artifactLocation", artifact(report, frame),
			 "region", region(frame),
			 "logicalLocations", functions(frame),
			 "message", text ? message(text) : NULL);
}

static json_t *stack_frame(struct ni_report *report,
			   const struct ni_frame *frame)
{
	return json_pack("{s:o, s:o}", "location",
			 location(report, frame, NULL), "module",
			 ni_json_text(ni_place_module_name(frame)));
}

static json_t *json_stack(struct ni_report *report,
			  const struct ni_stack *stack, const char *text)
{
	json_t *frames = json_array();

	for (size_t i = 0; i < stack->depth; i++)
		json_array_append_new(frames,
				      stack_frame(report, &stack->frames[i]));
	return json_pack("{s:o, s:o}", "message", message(text),
			 "frames", frames);
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
					finding->text)
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
	json_t *locations = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(locations, json_pack(
			"{s:o, s:o, s:I}", "location",
			location(report, best_frame(report, steps[i].stack),
				 steps[i].text),
			"stack", json_stack(report, steps[i].stack,
					    steps[i].text),
			"executionOrder", (json_int_t)i + 1));
	return json_pack("{s:[{s:o}]}", "threadFlows", "locations", locations);
}

/* ---- results ------------------------------------------------------------ */

static const char *result_text(struct ni_report *report,
			       const struct ni_finding *finding)
{
	struct ni_arena *arena = &report->arena;
	const char *text = ni_arena_format(arena, "%s in %s: %s",
					   finding->text,
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
	if (!finding->suppressed)
		return json_array();
	return json_pack("[{s:s, s:o}]", "kind", "external", "justification",
			 ni_json_text(finding->suppressed));
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
	const struct ni_stack *stack = ni_place_to_change(finding);

	if (!stack || !stack->depth)
		return program_location(report, finding);
	return location(report, best_frame(report, stack), NULL);
}

/* NULL where no step is known. */
static json_t *code_flows(struct ni_report *report,
			  const struct ni_finding *finding)
{
	struct step steps[MOST_STEPS];
	size_t count = steps_of(report, finding, steps);

	if (!count)
		return NULL;
	return json_pack("[o]", code_flow(report, steps, count));
}

static json_t *result(struct ni_report *report,
		      const struct ni_finding *finding)
{
	const char *fingerprint = ni_arena_format(&report->arena,
						  "%016" PRIx64 ":%u",
						  finding->fingerprint,
						  finding->ordinal);

	return json_pack("{s:s, s:i, s:s, s:o, s:[o], s:o*, s:I, s:{s:s}, "
			 "s:o}",
		"ruleId", ni_kinds[finding->kind].name,
		"ruleIndex", (int)finding->kind,
		"level", ni_severity(finding),
		"message", message(result_text(report, finding)),
		"locations", result_location(report, finding),
		"codeFlows", code_flows(report, finding),
		"occurrenceCount", (json_int_t)finding->count,
		"partialFingerprints", "noinherit/1", fingerprint,
		"suppressions", suppressions(finding));
}

/* ---- the run ------------------------------------------------------------ */

static json_t *rule(struct ni_arena *arena, const struct ni_kind_facts *kind)
{
	const char *cwe = ni_arena_format(arena, "external/cwe/cwe-%d",
					  kind->cwe);
	const char *severity = strcmp(kind->level, "note") ? kind->level :
							     "recommendation";

	return json_pack("{s:s, s:o, s:o, s:o, s:{s:s}, "
			 "s:{s:[s, s], s:s, s:s}}",
		"id", kind->name,
		"shortDescription", message(kind->title),
		"fullDescription", message(kind->meaning),
		"help", message(kind->meaning),
		"defaultConfiguration", "level", kind->level,
		"properties", "tags", "security", cwe, "precision", "high",
		"problem.severity", severity);
}

static json_t *rules(struct ni_arena *arena)
{
	json_t *array = json_array();

	for (int kind = 0; kind < NI_KINDS; kind++)
		json_array_append_new(array, rule(arena, &ni_kinds[kind]));
	return array;
}

static json_t *notifications(struct ni_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->loss_count; i++) {
		const struct ni_loss *loss = &report->losses[i];

		json_array_append_new(array, json_pack("{s:s, s:o}",
			"level", "warning",
			"message", message(ni_arena_format(&report->arena,
				"%" PRIu64 " %s", loss->count, loss->what))));
	}
	return array;
}

static json_t *invocation(struct ni_report *report)
{
	return json_pack("{s:b, s:o, s:o}", "executionSuccessful", 1,
		"commandLine", ni_json_text(ni_command_text(&report->arena,
							    report->command,
							    4096)),
		"toolExecutionNotifications", notifications(report));
}

static const char *source_root(struct ni_report *report)
{
	const char *path = report->source_root ? report->source_root : "";

	return ni_arena_format(&report->arena, "file://%s/",
			       percent_encoded(&report->arena, path));
}

static json_t *results(struct ni_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->finding_count; i++)
		if (ni_is_chosen(report, &report->findings[i]))
			json_array_append_new(array,
				result(report, &report->findings[i]));
	return array;
}

static json_t *sarif(struct ni_report *report)
{
	return json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:s, s:o}}, s:[o], "
			 "s:{s:{s:o}}, s:s, s:o}]}",
		"$schema", SCHEMA,
		"version", "2.1.0",
		"runs",
			"tool", "driver",
				"name", "noinherit",
				"version", NOINHERIT_VERSION,
				"semanticVersion", NOINHERIT_VERSION,
				"rules", rules(&report->arena),
			"invocations", invocation(report),
			"originalUriBaseIds", "SRCROOT",
				"uri", ni_json_text(source_root(report)),
			"columnKind", "utf16CodeUnits",
			"results", results(report));
}

void ni_print_sarif(struct ni_report *report, FILE *out)
{
	json_t *root = sarif(report);

	json_dumpf(root, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(root);
}
