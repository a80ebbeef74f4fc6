/*
 * scan_json.c - the scan for programs: "noinherit-scan/1".
 *
 * Keys are only ever added; those that the report's format has, too, have the
 * same names.
 */
#include <jansson.h>
#include <stdio.h>

#include "common/array.h"

#include "cli/report/json_report.h"
#include "cli/scan/scan_report.h"

static json_t *json_arguments(const char *const *argv)
{
	json_t *array = json_array();

	for (; *argv; argv++)
		json_array_append_new(array, ni_json_text(*argv));
	return array;
}

static json_t *json_time(time_t seconds)
{
	char text[sizeof("2026-11-21T10:02:11Z") + 16];
	struct tm utc;

	if (!gmtime_r(&seconds, &utc) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc))
		return json_null();
	return json_string(text);
}

/* Adds what is known of a process beside its number. */
static void add_facts(json_t *object, const struct ni_scan_party *party)
{
	json_object_set_new(object, "user", ni_json_text(party->user));
	json_object_set_new(object, "start", json_time(party->start));
	json_object_set_new(object, "unit", ni_json_text(party->unit));
	json_object_set_new(object, "container",
			    ni_json_text(party->container));
}

static json_t *json_party(const struct ni_scan_party *party)
{
	json_t *object = json_object();

	json_object_set_new(object, "exe", ni_json_text(party->exe));
	json_object_set_new(object, "argv", json_arguments(party->argv));
	json_object_set_new(object, "pid", json_integer(party->pid));
	json_object_set_new(object, "fd", json_integer(party->fd));
	add_facts(object, party);
	return object;
}

/* The owner's part of a finding: all null where the owner is gone. */
static void add_owner(json_t *object, const struct ni_scan_row *row)
{
	static const char *const names[] = {
		"pid", "exe", "fd", "user", "start", "unit", "container"
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		json_object_set_new(object, names[i], json_null());
	if (row->is_orphan)
		return;
	json_object_set_new(object, "pid", json_integer(row->owner.pid));
	json_object_set_new(object, "exe", ni_json_text(row->owner.exe));
	json_object_set_new(object, "fd", json_integer(row->owner.fd));
	add_facts(object, &row->owner);
}

static json_t *json_row(const struct ni_scan_row *row)
{
	json_t *object = json_object();

	json_object_set_new(object, "kind",
			    json_string(ni_kinds[row->kind].name));
	json_object_set_new(object, "orphan", json_boolean(row->is_orphan));
	json_object_set_new(object, "count",
			    json_integer((json_int_t)row->count));
	add_owner(object, row);
	json_object_set_new(object, "what", ni_json_what(&row->what));
	/* Whom it went to; null for a socket that only its own program holds. */
	json_object_set_new(object, "to", row->kind == NI_KIND_INHERITABLE ?
			    json_null() : json_party(&row->holder));
	json_object_set_new(object, "note", ni_json_text(row->note));
	return object;
}

static json_t *json_holder(const struct ni_scan_holder *holder)
{
	json_t *object = json_party(&holder->party);

	json_object_set_new(object, "count",
			    json_integer((json_int_t)holder->count));
	json_object_set_new(object, "leaked", json_boolean(holder->is_leak));
	return object;
}

static json_t *json_asked(const struct ni_scan_asked *asked)
{
	json_t *object = json_object(), *holders = json_array();

	for (size_t i = 0; i < asked->holder_count; i++)
		json_array_append_new(holders,
				      json_holder(&asked->holders[i]));
	json_object_set_new(object, "what", ni_json_what(&asked->what));
	json_object_set_new(object, "holders", holders);
	json_object_set_new(object, "user", ni_json_text(asked->user));
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
	json_object_set_new(object, "hidden", json_boolean(report->is_hidden));
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

void ni_scan_print_json(struct ni_scan_report *report, FILE *out)
{
	json_t *root = json_object(), *findings = json_array();
	json_t *sockets = json_array();

	for (size_t i = 0; i < report->row_count; i++)
		json_array_append_new(findings, json_row(&report->rows[i]));
	for (size_t i = 0; i < report->asked_count; i++)
		json_array_append_new(sockets, json_asked(&report->asked[i]));
	json_object_set_new(root, "schema", json_string("noinherit-scan/1"));
	json_object_set_new(root, "processes", json_processes(report));
	json_object_set_new(root, "sockets", sockets);
	json_object_set_new(root, "findings", findings);
	json_object_set_new(root, "summary", json_summary(report));
	json_dumpf(root, out, JSON_INDENT(2));
	putc('\n', out);
	json_decref(root);
}
