/*
 * print_html.c - the report as one page that needs no other file.
 *
 * The page is report.html, built into the command. The data replace @REPORT@ in
 * it, as JSON in which no '<' is left that could end the script.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/json_report.h"
#include "cli/report/kinds.h"
#include "cli/report/order.h"
#include "cli/report/printers.h"

#define MARK "@REPORT@"

/* page.S */
extern const char ni_report_page[] __attribute__((visibility("hidden")));

/* What the page needs besides the schema: texts, and what flowed where. */
static void add_texts(struct ni_report *report, json_t *findings,
		      size_t *places)
{
	size_t place = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct ni_finding *finding = &report->findings[i];
		json_t *object;

		places[i] = SIZE_MAX;
		if (!ni_is_chosen(report, finding))
			continue;
		places[i] = place;
		object = json_array_get(findings, place++);
		json_object_set_new(object, "text", ni_json_text(finding->text));
		json_object_set_new(object, "title",
			json_string(ni_kinds[finding->kind].title));
		json_object_set_new(object, "at_title",
			json_string(ni_kinds[finding->kind].at_verb));
		json_object_set_new(object, "program", json_integer(
			(json_int_t)finding->program->number));
		json_object_set_new(object, "stopped",
				    json_boolean(finding->is_stopped));
	}
}

static json_t *flows(struct ni_report *report, const size_t *places)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->flow_count; i++) {
		const struct ni_flow *flow = &report->flows[i];
		json_t *object;

		if (places[flow->finding] == SIZE_MAX)
			continue;
		object = json_object();
		json_object_set_new(object, "to", json_integer(
			(json_int_t)flow->to->number));
		json_object_set_new(object, "fd", json_integer(flow->fd));
		json_object_set_new(object, "text", ni_json_text(flow->text));
		json_object_set_new(object, "finding", json_integer(
			(json_int_t)places[flow->finding]));
		json_array_append_new(array, object);
	}
	return array;
}

static int write_escaped(const char *text, size_t size, void *out)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '<')
			fputs("\\u003c", out);
		else
			putc(text[i], out);
	}
	return ferror((FILE *)out) ? -1 : 0;
}

void ni_print_html(struct ni_report *report, FILE *out)
{
	const char *mark = strstr(ni_report_page, MARK);
	json_t *root = ni_json_report(report);
	size_t *places = ni_arena_array(&report->arena, report->finding_count,
					sizeof(*places));

	add_texts(report, json_object_get(root, "findings"), places);
	json_object_set_new(root, "flows", flows(report, places));
	fwrite(ni_report_page, 1, (size_t)(mark - ni_report_page), out);
	json_dump_callback(root, write_escaped, out, JSON_COMPACT);
	fputs(mark + strlen(MARK), out);
	json_decref(root);
}
