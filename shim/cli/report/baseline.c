/*
 * baseline.c - an earlier report, whose findings are known already.
 */
#include "cli/report/baseline.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/fingerprint.h"
#include "cli/report/place.h"
#include "cli/report/place_to_change.h"
#include "cli/report/text_file.h"

/* A place of the earlier report; it excuses one place of this report. */
struct ni_known_place {
	uint32_t next;			/* of the same fingerprint; + 1 */
	uint64_t offset;
	const char *build_id, *path;	/* NULL: none */
	bool is_used;
	uint64_t used_for;		/* the offset of the one that it excuses */
};

/* ---- reading ------------------------------------------------------------ */

static const char *text_in(struct ni_arena *arena, json_t *object,
			   const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? ni_arena_copy(arena, text, strlen(text)) : NULL;
}

/* "socket:[4711]" is a number of one run. */
static const char *real_path(const char *path)
{
	return path && *path == '/' ? path : NULL;
}

static struct ni_known_place place_of(struct ni_arena *arena, json_t *finding)
{
	json_t *place = json_object_get(finding, "place");

	return (struct ni_known_place){
		.offset = (uint64_t)json_integer_value(
			json_object_get(place, "offset")),
		.build_id = text_in(arena, place, "build_id"),
		.path = real_path(text_in(arena,
					  json_object_get(finding, "what"),
					  "path")),
	};
}

/* No real report has more places of one fingerprint; any beyond these are not
 * kept and count as new. */
#define MOST_PLACES 1000

static struct ni_known_place *place_at(const struct ni_baseline *baseline,
				       uint32_t number)
{
	return number ? &baseline->places[number - 1] : NULL;
}

static bool is_wanted(const struct ni_baseline *baseline, uint32_t first,
		      const struct ni_known_place *place)
{
	const struct ni_known_place *row = place_at(baseline, first);
	size_t count = 0;

	for (; row; row = place_at(baseline, row->next))
		if (row->offset == place->offset || ++count == MOST_PLACES)
			return false;
	return true;
}

static void add_place(struct ni_baseline *baseline, uint32_t fingerprint,
		      struct ni_known_place place)
{
	struct ni_known_place *row;

	if (fingerprint == baseline->first_count)
		ni_array_push(&baseline->first, &baseline->first_count,
			      &baseline->first_room, sizeof(uint32_t));
	place.next = baseline->first[fingerprint];
	if (!is_wanted(baseline, place.next, &place))
		return;
	row = ni_array_push(&baseline->places, &baseline->count,
			    &baseline->room, sizeof(*row));
	*row = place;
	baseline->first[fingerprint] = (uint32_t)baseline->count;
}

static void add_finding(struct ni_baseline *baseline, struct ni_arena *arena,
			json_t *finding)
{
	const char *text = json_string_value(
		json_object_get(finding, "fingerprint"));
	uint64_t fingerprint;
	char *end;

	if (!text)
		return;
	fingerprint = strtoull(text, &end, 16);
	if (end != text && !*end)
		add_place(baseline,
			  ni_distinct_number(&baseline->fingerprints,
					     &fingerprint,
					     sizeof(fingerprint)),
			  place_of(arena, finding));
}

static int read_findings(struct ni_baseline *baseline, struct ni_arena *arena,
			 json_t *root)
{
	const char *schema = json_string_value(json_object_get(root, "schema"));
	json_t *findings = json_object_get(root, "findings"), *finding;
	size_t i;

	if (!schema || strcmp(schema, "noinherit-report/1") ||
	    !json_is_array(findings))
		return -EINVAL;
	json_array_foreach(findings, i, finding)
		add_finding(baseline, arena, finding);
	return 0;
}

int ni_baseline_read(struct ni_baseline *baseline, struct ni_arena *arena,
		     const char *path, const char **why)
{
	json_error_t error;
	size_t size;
	char *text = ni_text_file_read(arena, path, &size, why);
	json_t *root;
	int r;

	if (!text)
		return -EINVAL;
	root = json_loadb(text, size, 0, &error);
	if (!root) {
		*why = ni_arena_format(arena, "line %d: %s", error.line,
				       error.text);
		return -EINVAL;
	}
	baseline->fingerprints.arena = arena;
	r = read_findings(baseline, arena, root);
	json_decref(root);
	if (r < 0)
		*why = "it is not a report of 'noinherit report --format=json'";
	return r;
}

/* ---- comparing ---------------------------------------------------------- */

static bool is_same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool has_name(const struct ni_finding *finding)
{
	const struct ni_frame *frame = ni_place_of(finding);

	return frame && frame->function;
}

static bool is_same_file(struct ni_arena *arena,
			 const struct ni_known_place *place,
			 const struct ni_finding *finding)
{
	const struct ni_frame *frame = ni_place_of(finding);

	return frame && is_same_text(place->build_id,
				     ni_place_build_id(arena,
						       frame->location->module));
}

/* From the surest to the weakest. */
enum likeness { SAME_ADDRESS, SAME_PATH, SAME_NAME, LIKENESSES };

static bool is_like(struct ni_arena *arena, enum likeness likeness,
		    const struct ni_known_place *place,
		    const struct ni_finding *finding)
{
	switch (likeness) {
	case SAME_ADDRESS:
		return place->offset == ni_fingerprint_offset(finding) &&
		       (has_name(finding) || !place->build_id ||
			is_same_file(arena, place, finding));
	case SAME_PATH:
		return is_same_text(place->path,
				    real_path(finding->what.path));
	default:
		/* Without a name, another address in the same file is another
		 * place, and so is one with another path. */
		return has_name(finding) ||
		       (!is_same_file(arena, place, finding) &&
			!(place->path && real_path(finding->what.path)));
	}
}

static bool is_free_for(const struct ni_known_place *place,
			const struct ni_finding *finding)
{
	return !place->is_used ||
	       place->used_for == ni_fingerprint_offset(finding);
}

static void excuse(struct ni_baseline *baseline, struct ni_arena *arena,
		   struct ni_finding *finding, uint32_t number,
		   enum likeness likeness)
{
	struct ni_known_place *place =
		place_at(baseline, baseline->first[number]);

	for (; place; place = place_at(baseline, place->next)) {
		if (!is_free_for(place, finding) ||
		    !is_like(arena, likeness, place, finding))
			continue;
		place->is_used = true;
		place->used_for = ni_fingerprint_offset(finding);
		finding->suppressed = "baseline";
		return;
	}
}

void ni_baseline_apply(struct ni_baseline *baseline, struct ni_report *report)
{
	for (int likeness = 0; likeness < LIKENESSES; likeness++)
		for (size_t i = 0; i < report->finding_count; i++) {
			struct ni_finding *finding = &report->findings[i];

			if (finding->suppressed ||
			    !ni_distinct_has(&baseline->fingerprints,
					     &finding->fingerprint,
					     sizeof(finding->fingerprint)))
				continue;
			excuse(baseline, &report->arena, finding,
			       ni_distinct_number(&baseline->fingerprints,
						  &finding->fingerprint,
						  sizeof(uint64_t)),
			       likeness);
		}
}

void ni_baseline_free(struct ni_baseline *baseline)
{
	free(baseline->places);
	free(baseline->first);
	ni_distinct_free(&baseline->fingerprints);
}
