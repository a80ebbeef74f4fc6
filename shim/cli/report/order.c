/*
 * order.c - the order of findings, the same in every format and every run.
 */
#include "cli/report/order.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/kinds.h"


bool ni_is_chosen(const struct ni_report *report,
		 const struct ni_finding *finding)
{
	if (finding->is_elsewhere)
		return false;
	return (report->kinds & NI_KIND_BIT(finding->kind)) != 0 ||
	       (finding->is_doubtful && report->is_doubt_shown);
}

bool ni_is_left(const struct ni_report *report,
	       const struct ni_finding *finding)
{
	return ni_is_chosen(report, finding) && !finding->suppressed;
}

const char *ni_severity(const struct ni_finding *finding)
{
	return finding->is_minor ? "note" : ni_kinds[finding->kind].level;
}

size_t ni_count_left(const struct ni_report *report, enum ni_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		count += report->findings[i].kind == kind &&
			 ni_is_left(report, &report->findings[i]);
	return count;
}

/* ---- order -------------------------------------------------------------- */

struct row {
	struct ni_finding *finding;
	/* The worst of those that one fix mends, and of those that were created
	 * by one stack. */
	const struct ni_finding *family, *group;
	size_t number;		/* before sorting */
};

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* What counts before what was suppressed or stopped; the worst kind first;
 * races between threads before others; what accepts connections before the
 * rest; who created it before who passed it on; frequent before rare. */
static int compare_weight(const struct ni_finding *a,
			  const struct ni_finding *b)
{
	bool listens_a = a->what.state && !strcmp(a->what.state, "LISTEN");
	bool listens_b = b->what.state && !strcmp(b->what.state, "LISTEN");
	int r = compare(a->suppressed != NULL, b->suppressed != NULL);

	if (!r)
		r = compare(a->kind, b->kind);
	if (!r)
		r = compare((uint64_t)a->is_minor, (uint64_t)b->is_minor);
	if (!r)
		r = compare((uint64_t)listens_b, (uint64_t)listens_a);
	if (!r)
		r = compare(a->through != NULL, b->through != NULL);
	if (!r)
		r = compare(b->count, a->count);
	return r;
}

static int compare_findings(const struct ni_finding *a,
			    const struct ni_finding *b)
{
	int r = compare_weight(a, b);

	if (!r)
		r = strcmp(a->program->exe, b->program->exe);
	if (!r)
		r = compare(a->fingerprint, b->fingerprint);
	if (!r)
		r = compare((uint64_t)a->fd, (uint64_t)b->fd);
	return r;
}

static int compare_leaders(const struct ni_finding *a,
			   const struct ni_finding *b)
{
	int r = compare_findings(a, b);

	if (!r && a != b)
		r = a < b ? -1 : 1;
	return r;
}

static int by_family(const void *a, const void *b)
{
	const struct row *left = a, *right = b;
	int r = compare_leaders(left->family, right->family);

	if (!r)
		r = compare_leaders(left->group, right->group);
	if (!r)
		r = compare_findings(left->finding, right->finding);
	return r ? r : compare(left->number, right->number);
}

/* The same for all findings of one group. */
struct key {
	const void *what;
	enum ni_kind kind;
	bool is_suppressed;
};

struct leaders {
	struct ni_distinct keys;
	const struct ni_finding **worst;	/* by number of the key */
};

static uint32_t key_number(struct leaders *leaders,
			   const struct ni_finding *finding, const void *what)
{
	struct key key;

	memset(&key, 0, sizeof(key));
	/* If it has nothing in common with others, it is a group of its own. */
	key.what = what ? what : finding;
	key.kind = finding->kind;
	key.is_suppressed = finding->suppressed != NULL;
	return ni_distinct_number(&leaders->keys, &key, sizeof(key));
}

static void join(struct leaders *leaders, const struct ni_finding *finding,
		 const void *what)
{
	uint32_t number = key_number(leaders, finding, what);
	const struct ni_finding **worst = &leaders->worst[number];

	if (!*worst || compare_findings(finding, *worst) < 0)
		*worst = finding;
}

static const struct ni_finding *leader(struct leaders *leaders,
				       const struct ni_finding *finding,
				       const void *what)
{
	return leaders->worst[key_number(leaders, finding, what)];
}

/* Equal texts as one pointer. */
static const void *fix_of(struct ni_distinct *fixes,
			  const struct ni_finding *finding)
{
	if (!finding->fix)
		return NULL;
	return ni_distinct_bytes(fixes, ni_distinct_text(fixes, finding->fix),
				 NULL);
}

static void find_leaders(struct ni_report *report, struct row *rows)
{
	struct ni_arena *arena = &report->arena;
	struct ni_distinct fixes = { .arena = arena };
	struct leaders families = { .keys.arena = arena };
	struct leaders groups = { .keys.arena = arena };
	size_t count = report->finding_count;

	families.worst = ni_arena_array(arena, count, sizeof(void *));
	groups.worst = ni_arena_array(arena, count, sizeof(void *));
	for (size_t i = 0; i < count; i++) {
		join(&families, rows[i].finding,
		     fix_of(&fixes, rows[i].finding));
		join(&groups, rows[i].finding, rows[i].finding->created);
	}
	for (size_t i = 0; i < count; i++) {
		rows[i].family = leader(&families, rows[i].finding,
					fix_of(&fixes, rows[i].finding));
		rows[i].group = leader(&groups, rows[i].finding,
				       rows[i].finding->created);
	}
	ni_distinct_free(&fixes);
	ni_distinct_free(&families.keys);
	ni_distinct_free(&groups.keys);
}

static int by_receiver(const void *a, const void *b)
{
	const struct ni_flow *left = a, *right = b;
	int r = compare(left->to->number, right->to->number);

	if (!r)
		r = compare((uint64_t)left->fd, (uint64_t)right->fd);
	return r ? r : compare(left->finding, right->finding);
}

void ni_order_findings(struct ni_report *report)
{
	size_t count = report->finding_count;
	struct row *rows = ni_arena_array(&report->arena, count,
					  sizeof(*rows));
	size_t *places = ni_arena_array(&report->arena, count,
					sizeof(*places));
	struct ni_finding *sorted = ni_arena_array(&report->arena, count,
						   sizeof(*sorted));

	for (size_t i = 0; i < count; i++) {
		rows[i].finding = &report->findings[i];
		rows[i].number = i;
	}
	find_leaders(report, rows);
	qsort(rows, count, sizeof(*rows), by_family);
	for (size_t i = 0; i < count; i++) {
		sorted[i] = *rows[i].finding;
		places[rows[i].number] = i;
	}
	for (size_t i = 0; i < report->flow_count; i++)
		report->flows[i].finding = places[report->flows[i].finding];
	if (report->flow_count)
		qsort(report->flows, report->flow_count,
		      sizeof(*report->flows), by_receiver);
	if (count)
		memcpy(report->findings, sorted, count * sizeof(*sorted));
}
