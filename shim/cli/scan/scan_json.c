/*
 * scan_json.c - the scan for programs: "noinherit-scan/1".
 *
 * Keys are only ever added; what the report's format has, too, is called alike.
 */
#include <jansson.h>
#include <stdio.h>

#include "cli/report/json_report.h"
#include "cli/scan/scan_report.h"

static json_t *json_arguments(const char *const *argv)
{
	json_t *array = json_array();

	for (; *argv; argv++)
		json_array_append_new(array, ni_json_text(*argv));
	return array;
}

/* Whom it went to; null for a socket that only its own program holds. */
static json_t *json_holder(const struct ni_scan_row *row)
{
	json_t *object;

	if (row->kind == NI_KIND_INHERITABLE)
		return json_null();
	object = json_object();
	json_object_set_new(object, "exe", ni_json_text(row->holder.exe));
	json_object_set_new(object, "argv", json_arguments(row->holder.argv));
	json_object_set_new(object, "pid", json_integer(row->holder.pid));
	json_object_set_new(object, "fd", json_integer(row->holder.fd));
	return object;
}

static json_t *json_row(const struct ni_scan_row *row)
{
	json_t *object = json_object();

	json_object_set_new(object, "kind",
			    json_string(ni_kinds[row->kind].name));
	json_object_set_new(object, "count",
			    json_integer((json_int_t)row->count));
	json_object_set_new(object, "pid", json_integer(row->owner.pid));
	json_object_set_new(object, "exe", ni_json_text(row->owner.exe));
	json_object_set_new(object, "fd", json_integer(row->owner.fd));
	json_object_set_new(object, "what", ni_json_what(&row->what));
	json_object_set_new(object, "to", json_holder(row));
	json_object_set_new(object, "note", ni_json_text(row->note));
	return object;
}

static json_t *json_processes(const struct ni_scan_report *report)
{
	json_t *object = json_object();

	json_object_set_new(object, "seen",
			    json_integer((json_int_t)report->seen));
	json_object_set_new(object, "vanished",
			    json_integer((json_int_t)report->vanished));
	json_object_set_new(object, "denied",
			    json_integer((json_int_t)report->denied));
	return object;
}

static json_t *json_summary(const struct ni_scan_report *report)
{
	json_t *object = json_object();

	for (size_t i = 0; i < NI_SCAN_KINDS; i++) {
		enum ni_kind kind = ni_scan_kinds[i];

		json_object_set_new(object, ni_kinds[kind].name, json_integer(
				(json_int_t)ni_scan_count(report, kind)));
	}
	return object;
}

void ni_scan_print_json(struct ni_scan_report *report)
{
	json_t *root = json_object(), *findings = json_array();

	for (size_t i = 0; i < report->row_count; i++)
		json_array_append_new(findings, json_row(&report->rows[i]));
	json_object_set_new(root, "schema", json_string("noinherit-scan/1"));
	json_object_set_new(root, "processes", json_processes(report));
	json_object_set_new(root, "findings", findings);
	json_object_set_new(root, "summary", json_summary(report));
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}
