/*
 * formats.c - the formats of a report. A format is a row here and a printer.
 */
#include "cli/report/formats.h"

#include <stddef.h>
#include <string.h>

#include "cli/report/printers.h"

const struct ni_format ni_formats[] = {
	{ "text", "the report is", ni_print_text },
	{ "json", "the report is", ni_print_json },
	{ "sarif", "the report is", ni_print_sarif },
	{ "html", "the report is", ni_print_html },
	{ NULL, NULL, NULL }
};

const struct ni_format ni_format_suppressions = {
	"suppressions", "the suppressions are", ni_print_suppressions
};

const struct ni_format *ni_format_find(const char *name)
{
	for (const struct ni_format *format = ni_formats; format->name; format++)
		if (!strcmp(format->name, name))
			return format;
	return NULL;
}
