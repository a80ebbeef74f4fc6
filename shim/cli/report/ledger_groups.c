/*
 * ledger_groups.c - findings, counted by what makes them the same.
 */
#include "cli/report/ledger_parts.h"

#include <stdbool.h>
#include <string.h>

/* A key as bytes: numbers and pointers, then the texts. The padding is part of
 * them, so the struct is cleared before it is filled. */
struct fixed_part {
	const struct ni_stack *created, *at, *closed;
	int kind, fd;
	bool is_stopped, is_doubtful;
	unsigned call, at_call;
};

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static uint32_t number_of(struct ledger *ledger, const struct group_key *key)
{
	const char *texts[] = {
		or_empty(key->exe), or_empty(key->to_exe), or_empty(key->type)
	};
	struct fixed_part fixed;
	size_t size = sizeof(fixed);
	char *bytes;

	memset(&fixed, 0, sizeof(fixed));
	fixed.created = key->created;
	fixed.at = key->at;
	fixed.closed = key->closed;
	fixed.kind = (int)key->kind;
	fixed.is_stopped = key->is_stopped;
	fixed.is_doubtful = key->is_doubtful;
	fixed.fd = key->fd;
	fixed.call = key->call;
	fixed.at_call = key->at_call;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		size += strlen(texts[i]) + 1;
	bytes = ni_arena_take(ledger->arena, size);
	memcpy(bytes, &fixed, sizeof(fixed));
	size = sizeof(fixed);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		strcpy(bytes + size, texts[i]);
		size += strlen(texts[i]) + 1;
	}
	return ni_distinct_number(&ledger->groups, bytes, size);
}

struct ni_finding *ni_groups_find(struct ledger *ledger,
				  const struct group_key *key, bool *is_new)
{
	struct ni_report *report = ledger->report;
	uint32_t number = number_of(ledger, key);
	struct ni_finding *finding;

	*is_new = number == report->finding_count;
	if (!*is_new)
		return &report->findings[number];
	finding = ni_array_push(&report->findings, &report->finding_count,
				&ledger->finding_room, sizeof(*finding));
	finding->kind = key->kind;
	finding->created = key->created;
	finding->at = key->at;
	finding->closed = key->closed;
	finding->is_doubtful = key->is_doubtful;
	finding->to_fd = -1;
	return finding;
}

void ni_groups_stop(struct ni_finding *finding)
{
	finding->is_stopped = true;
	finding->suppressed = "stopped by the shim";
}

size_t ni_groups_number(const struct ledger *ledger,
			const struct ni_finding *finding)
{
	return (size_t)(finding - ledger->report->findings);
}
