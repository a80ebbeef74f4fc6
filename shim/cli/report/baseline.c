/*
 * baseline.c - an earlier report, whose findings are known already.
 */
#include "cli/report/baseline.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static int read_findings(struct ni_baseline *baseline, json_t *root)
{
	const char *schema = json_string_value(json_object_get(root, "schema"));
	json_t *findings = json_object_get(root, "findings"), *finding;
	size_t i;

	if (!schema || strcmp(schema, "noinherit-report/1") ||
	    !json_is_array(findings))
		return -EINVAL;
	json_array_foreach(findings, i, finding) {
		const char *text = json_string_value(
			json_object_get(finding, "fingerprint"));
		uint64_t fingerprint;
		char *end;

		if (!text)
			continue;
		fingerprint = strtoull(text, &end, 16);
		if (end != text && !*end)
			ni_distinct_number(&baseline->fingerprints,
					   &fingerprint, sizeof(fingerprint));
	}
	return 0;
}

int ni_baseline_read(struct ni_baseline *baseline, struct ni_arena *arena,
		     const char *path, const char **why)
{
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error);
	int r;

	if (!root) {
		*why = ni_arena_format(arena, "line %d: %s", error.line,
				       error.text);
		if (error.line < 0)
			*why = ni_arena_format(arena, "%s", error.text);
		return -EINVAL;
	}
	baseline->fingerprints.arena = arena;
	r = read_findings(baseline, root);
	json_decref(root);
	if (r < 0)
		*why = "it is no report of 'noinherit report --format=json'";
	return r;
}

void ni_baseline_apply(const struct ni_baseline *baseline,
		       struct ni_report *report)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		struct ni_finding *finding = &report->findings[i];

		if (!finding->suppressed &&
		    ni_distinct_has(&baseline->fingerprints,
				    &finding->fingerprint,
				    sizeof(finding->fingerprint)))
			finding->suppressed = "baseline";
	}
}

void ni_baseline_free(struct ni_baseline *baseline)
{
	ni_distinct_free(&baseline->fingerprints);
}
