/*
 * ledger_parts.h - what the parts of the ledger know of each other.
 *
 * places:   modules and stacks, the same ones in every trace
 * programs: images, what launched them, the tree
 * origins:  where a descriptor that someone holds came from
 * groups:   findings, counted by what makes them the same
 * crossings, own: what is decided
 * losses:   what the recording could not hold
 */
#ifndef NI_CLI_LEDGER_PARTS_H
#define NI_CLI_LEDGER_PARTS_H

#include <stdbool.h>

#include "common/array.h"
#include "cli/report/report.h"
#include "cli/report/trace_reader.h"

struct ledger;
struct launch;

/* A counter that is zero for something that exists was torn. */
static inline uint64_t ni_at_least_one(uint32_t count)
{
	return count ? count : 1;
}

/* A descriptor that an image had at its start. */
struct arrival {
	const struct ni_trace_arrived *record;
	const struct ni_trace_held *held;	/* of its launch, or NULL */
	struct origin *origin;		/* once it is known */
};

/* What one trace is about: a program that exec started, and its forks. */
struct image {
	const struct ni_trace *trace;
	struct ni_program *program;
	struct launch *launch;		/* NULL: its start was not seen */
	struct launch *untraced;	/* then: what started its parent, if that
					 * was seen and left no trace itself */
	const struct ni_module **modules;	/* by number, may hold NULL */
	uint32_t module_count;
	struct ni_runtime *runtime;
	const struct ni_stack **stacks;	/* by place of the record, lazily */
	const struct ni_trace_what **samples;	/* of sites, the same way */
	struct arrival *arrivals;
	size_t arrival_count;
};

/* One exec that took place. */
struct launch {
	struct image *from, *into;	/* into: NULL if it left no trace */
	const struct ni_trace_exec *exec;
	uint32_t exec_ref;
	pid_t pid, child;		/* child 0: not known */
	uint64_t time_ns;
	bool is_first;			/* the inodes in HELD are of this one */
	uint32_t unlisted;		/* further ones: only how many is
					 * known */
	struct ni_program *program;	/* who received */
};

/* Where a descriptor came from, as far back as it was seen. */
struct origin {
	enum {
		ORIGIN_CREATED,		/* its creation was seen */
		ORIGIN_GIVEN,		/* it was given to this program alone */
		ORIGIN_UNSEEN,		/* it appeared in an observed program */
		ORIGIN_OUTSIDE		/* it was open before anything was seen */
	} kind;
	struct image *image;		/* where it was created or arrived */
	const struct ni_stack *created;
	const struct ni_trace_site *site;	/* NULL unless CREATED */
	const struct ni_program *giver;		/* NULL unless GIVEN */
	const struct launch *left_by;	/* its first exec from there, if that is
					 * known and its creation is not */
	bool is_meant;		/* left open on purpose for whoever comes */
	const char *meant;	/* how, for the note */
	int fd;			/* the number it had there */
};

struct ledger {
	struct ni_report *report;
	struct ni_arena *arena;
	struct image *images;		/* by start */
	size_t image_count;
	struct launch *launches;	/* by time */
	size_t launch_count, launch_room;
	struct ni_distinct modules, stacks, groups;
	struct ni_distinct crossed;	/* creation stacks, as pointers */
	struct ni_module **module_rows;		/* by number in modules */
	size_t module_rows_count, module_rows_room;
	struct ni_stack **stack_rows;		/* by number in stacks */
	size_t stack_rows_count, stack_rows_room;
	size_t finding_room, flow_room, program_room;
};

/* ---- places ------------------------------------------------------------- */

void ni_places_read(struct ledger *ledger, struct image *image);

/* The stack of the site at ref; NULL if there is none, or no frame in it. */
const struct ni_stack *ni_places_stack(struct ledger *ledger,
				       struct image *image, uint32_t ref);

/* NULL for ref 0 and for one that is not a site. */
const struct ni_trace_site *ni_places_site(const struct image *image,
					   uint32_t ref);

/* One descriptor of the site, if the recorder looked at one; else NULL. */
const struct ni_trace_what *ni_places_sample(const struct image *image,
					     uint32_t ref);

/* The name of the function that the site called; NULL if it is not known. */
const char *ni_places_call(const struct ni_trace_site *site);

/* ---- programs ----------------------------------------------------------- */

void ni_programs_read(struct ledger *ledger, const struct ni_trace *traces,
		      size_t count);
void ni_programs_join(struct ledger *ledger);

/* Did the launch start the same program that it came from? */
bool ni_programs_is_again(const struct launch *launch);

/* ---- origins ------------------------------------------------------------ */

void ni_origins_read(struct ledger *ledger);

/* Of a descriptor that image hands over by the exec of that record. */
struct origin ni_origins_of_held(struct ledger *ledger, struct image *image,
				 const struct ni_trace_held *held);

/* Did the new image say what it received, and all of it? */
bool ni_origins_are_told(const struct launch *launch);

/* ---- groups ------------------------------------------------------------- */

/* What makes two findings the same; all else is taken from the first. */
struct group_key {
	const struct ni_stack *created, *at, *closed;
	const char *to_exe, *exe, *type;	/* compared as text */
	enum ni_kind kind;
	bool is_stopped, is_doubtful;
	int fd;			/* -1 unless the number matters */
	unsigned call, at_call;
};

/*
 * The finding of that key; in a new one all but kind is zero. The pointer
 * is valid until the next call; *is_new says whether it is the first.
 */
struct ni_finding *ni_groups_find(struct ledger *ledger,
				  const struct group_key *key, bool *is_new);

/* The shim kept it from happening. */
void ni_groups_stop(struct ni_finding *finding);

size_t ni_groups_number(const struct ledger *ledger,
			const struct ni_finding *finding);

/* ---- what is decided ---------------------------------------------------- */

/* leak, passed, arrived. */
void ni_crossings_read(struct ledger *ledger);

/* The other kinds; after the crossings. */
void ni_own_read(struct ledger *ledger);

/* exhausted. */
void ni_exhausted_add(struct ledger *ledger, struct image *image,
		      const struct ni_trace_exhausted *record);

/* Counts descriptors that the site created; ref 0: creation not seen. */
struct ni_holder ni_holders_of_site(struct ledger *ledger, struct image *image,
				    uint32_t ref, uint64_t count);

/* What is open now; nothing else of the ledger is needed for it. */
void ni_open_read(struct ledger *ledger);

/* ---- losses ------------------------------------------------------------- */

void ni_losses_read(struct ledger *ledger);

#endif
