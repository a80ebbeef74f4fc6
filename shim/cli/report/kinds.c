/*
 * kinds.c - the kinds of findings: their names, weight and meaning.
 */
#include "cli/report/kinds.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cli/report/advice.h"
#include "cli/report/report.h"

const struct ni_kind_facts ni_kinds[NI_KINDS] = {
	[NI_KIND_LEAK] = {
		.name = "leak", .plural = "leaks",
		.cwe = 403, .is_default = true, .is_gating = true,
		.level = "error",
		.title = "leaked into another program",
		.meaning = "A descriptor crossed an exec into a program that "
			"was not meant to have it: it can read, write or "
			"keep alive what the descriptor stands for.",
		.at_verb = "handed over",
		.fix = ni_fix_inheritable,
	},
	[NI_KIND_EXHAUSTED] = {
		.name = "exhausted", .plural = "exhausted",
		.cwe = 769, .is_default = true, .is_gating = true,
		.level = "error",
		.title = "no descriptor was left",
		.meaning = "A call failed because too many descriptors are open "
			"(EMFILE, or ENFILE for the whole system): what is "
			"opened in one place is not closed again.",
		.at_verb = "failed",
		.fix = ni_fix_exhausted, .note = ni_note_exhausted,
	},
	[NI_KIND_DOUBLE_CLOSE] = {
		.name = "double-close", .plural = "double closes",
		.cwe = 1341, .is_default = true, .is_gating = true,
		.level = "error",
		.title = "closed twice",
		.meaning = "A descriptor was closed that was already closed: "
			"with threads, the second close may hit a descriptor "
			"that someone else has just opened.",
		.is_mended_at = true, .at_verb = "closed again",
		.fix = ni_fix_double_close,
	},
	[NI_KIND_RACE] = {
		.name = "race", .plural = "races",
		.cwe = 362, .is_default = true, .is_gating = true,
		.level = "warning",
		.title = "marked close-on-exec too late",
		.meaning = "A descriptor was created inheritable and marked "
			"close-on-exec by a later call: a program that another "
			"thread starts in between receives it.",
		.at_verb = "marked",
		.fix = ni_fix_race, .note = ni_note_race,
	},
	[NI_KIND_WRONG_FLAG] = {
		.name = "wrong-flag", .plural = "wrong flags",
		.cwe = 403, .is_default = true, .level = "error",
		.title = "close-on-exec asked for with the wrong flag",
		.meaning = "A call that looks as if it set close-on-exec does "
			"nothing: the flag belongs to another call.",
		.is_mended_at = true, .at_verb = "asked for",
		.fix = ni_fix_wrong_flag, .note = ni_note_wrong_flag,
	},
	[NI_KIND_UNCLOSED] = {
		.name = "unclosed", .plural = "unclosed",
		.cwe = 775, .is_default = true, .level = "warning",
		.title = "still open at exit",
		.meaning = "A descriptor that the process created was still "
			"open when it exited normally.",
		.at_verb = "at",
		.fix = ni_fix_unclosed, .note = ni_note_unclosed,
	},
	[NI_KIND_INHERITABLE] = {
		.name = "inheritable", .plural = "inheritable",
		.cwe = 403, .level = "note",
		.title = "inheritable",
		.meaning = "A descriptor was created without close-on-exec "
			"and never marked: it would leak if the program "
			"started another one.",
		.at_verb = "at",
		.fix = ni_fix_inheritable,
	},
	[NI_KIND_ARRIVED] = {
		.name = "arrived", .plural = "arrived",
		.cwe = 403, .level = "note",
		.title = "open at start",
		.meaning = "A descriptor was open when the program started, "
			"left by a parent that was not observed.",
		.at_verb = "at",
	},
	[NI_KIND_PASSED] = {
		.name = "passed", .plural = "passed",
		.cwe = 403, .level = "note",
		.title = "passed on purpose",
		.meaning = "A descriptor crossed an exec because the program "
			"said so.",
		.at_verb = "handed over",
	},
};

void ni_kinds_advise(struct ni_report *report)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		struct ni_finding *finding = &report->findings[i];
		const struct ni_kind_facts *kind = &ni_kinds[finding->kind];

		if (kind->fix)
			finding->fix = kind->fix(report, finding);
		if (kind->note)
			finding->note = kind->note(report, finding);
	}
}

unsigned ni_kinds_default(void)
{
	unsigned kinds = 0;

	for (int kind = 0; kind < NI_KINDS; kind++)
		if (ni_kinds[kind].is_default)
			kinds |= NI_KIND_BIT(kind);
	return kinds;
}

int ni_kind_number(const char *name, size_t length)
{
	for (int kind = 0; kind < NI_KINDS; kind++)
		if (strlen(ni_kinds[kind].name) == length &&
		    !memcmp(ni_kinds[kind].name, name, length))
			return kind;
	return -1;
}

/* One word without its minus; 0 if there is no such word. */
static unsigned bits_of(const char *word, size_t length)
{
	int kind = ni_kind_number(word, length);

	if (kind >= 0)
		return NI_KIND_BIT(kind);
	if (length == 3 && !memcmp(word, "all", 3))
		return NI_KINDS_ALL;
	if (length == 7 && !memcmp(word, "default", 7))
		return ni_kinds_default();
	return 0;
}

int ni_kinds_parse(const char *text, unsigned *kinds, const char **bad,
		   size_t *length)
{
	unsigned chosen = *text == '-' ? ni_kinds_default() : 0;

	for (;;) {
		bool is_taken_away = *text == '-';
		size_t size;
		unsigned bits;

		text += is_taken_away;
		size = strcspn(text, ",");
		bits = bits_of(text, size);
		if (!bits) {
			*bad = text;
			*length = size;
			return -EINVAL;
		}
		chosen = is_taken_away ? chosen & ~bits : chosen | bits;
		if (!text[size])
			break;
		text += size + 1;
	}
	*kinds = chosen;
	return 0;
}
