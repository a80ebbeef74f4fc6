/*
 * exec_record.c - one record for an exec and one for each kind of descriptor
 * that crosses it, written before the call and completed by its failure.
 */
#include "audit/exec_record.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/clock.h"
#include "audit/slots.h"
#include "audit/environment.h"
#include "audit/hash.h"
#include "audit/kernel.h"
#include "audit/passed.h"
#include "audit/recorder.h"
#include "audit/site.h"
#include "audit/spawn_actions.h"
#include "audit/trace_writer.h"
#include "audit/vfork.h"
#include "audit/words.h"

/*
 * UNSEEN_MAX numbers above the highest known one are looked at, too: libc and
 * inline system calls make descriptors unseen. LISTED_PER_SITE descriptors of a
 * site are described; the rest are only counted.
 */
enum { UNSEEN_MAX = 16, LISTED_MAX = 64, LISTED_PER_SITE = 8 };

/* How many numbers are searched for an io_uring. */
enum { RING_NUMBERS_MAX = 256 };

/* How many numbers are looked for in the variables: nobody announces more. */
enum { ANNOUNCED_MAX = 256 };
enum { PATH_BYTES_MAX = 512, ARGV_BYTES_MAX = 1024 };

/* A descriptor that crosses, or would but for the shim. */
struct crossing {
	int fd;
	int source;		/* which one to ask about: fd, unless an
				 * action copies */
	enum ni_spawn_effect effect;
	struct ni_slot slot;
	uint16_t flags;		/* NI_HELD_* */
};

/* The HELD records of one exec, to count further ones alike. */
struct listing {
	struct ni_trace_exec *exec;
	struct ni_trace_held *held[LISTED_MAX];
	uint8_t seen_as[LISTED_MAX];	/* type by the table */
	unsigned count;
	unsigned looked;	/* descriptors so far, listed or not */
	bool has_unseen;	/* one whose creation was not seen */
};

/* ---- which descriptors cross --------------------------------------------- */

static int last_number(const struct ni_exec *exec)
{
	int last = ni_slots_highest(), put;

	put = ni_spawn_highest(exec->actions);
	if (put > last)
		last = put;
	return last + UNSEEN_MAX;
}

static uint16_t flags_of(const struct ni_slot *slot)
{
	uint16_t flags = 0;

	if (slot->state & NI_SLOT_ARRIVED)
		flags |= NI_HELD_ARRIVED;
	else if (!(slot->state & NI_SLOT_OPEN) || !slot->created)
		flags |= NI_HELD_UNSEEN;
	if (!(flags & NI_HELD_UNSEEN) &&
	    slot->generation != ni_slots_generation())
		flags |= NI_HELD_FORKED;
	if (slot->state & NI_SLOT_MOVED)
		flags |= NI_HELD_MOVED;
	return flags;
}

/* In its child, popen closes the streams of earlier popens (POSIX), unseen. */
static bool is_closed_by_popen(const struct ni_exec *exec,
			       const struct ni_slot *slot)
{
	const struct ni_trace_site *site = ni_site_at(slot->created);

	return exec->caller.call == NI_CALL_popen && site &&
	       site->call == NI_CALL_popen;
}

/* Does number @fd cross? The kernel's flag decides, not the table. */
static bool look(const struct ni_exec *exec, int fd, struct crossing *crossing)
{
	int flags;

	crossing->fd = crossing->source = fd;
	crossing->effect = ni_spawn_effect(exec->actions, fd,
					   &crossing->source);
	if (crossing->effect == NI_SPAWN_CLOSED)
		return false;
	memset(&crossing->slot, 0, sizeof(crossing->slot));
	if (crossing->effect != NI_SPAWN_OPENED)
		crossing->slot = ni_slots_get(crossing->source);
	crossing->flags = flags_of(&crossing->slot);
	if (crossing->effect != NI_SPAWN_UNTOUCHED)
		return true;
	flags = ni_kernel_flags(fd);
	if (flags < 0 || is_closed_by_popen(exec, &crossing->slot))
		return false;
	if (!(flags & FD_CLOEXEC))
		return true;
	crossing->flags |= NI_HELD_ENFORCED;
	return ni_recorder.has_shim && (crossing->slot.state & NI_SLOT_OPEN) &&
	       (crossing->slot.state & NI_SLOT_INHERITABLE);
}

static uint64_t hash_crossings(const struct ni_exec *exec, uint64_t hash)
{
	const int last = last_number(exec);
	struct crossing crossing;

	for (int fd = 3; fd <= last; fd = ni_slots_next(fd + 1)) {
		if (!look(exec, fd, &crossing))
			continue;
		hash = ni_hash_word(hash, (uint64_t)fd << 32 |
				    crossing.slot.created);
		hash = ni_hash_word(hash, crossing.flags);
	}
	return hash;
}

/* ---- HELD records -------------------------------------------------------- */

/* If the kernel has something else there than what the recorder saw being
 * created, the number was used again unseen. */
static void check_type(struct crossing *crossing,
		       const struct ni_description *description)
{
	if (ni_kernel_types_agree(crossing->slot.type, description->what.type))
		return;
	memset(&crossing->slot, 0, sizeof(crossing->slot));
	crossing->flags = (crossing->flags & NI_HELD_ENFORCED) | NI_HELD_UNSEEN;
}

static uint16_t reason_of(const struct crossing *crossing,
			  struct ni_passed_because *because, uint32_t *at)
{
	const struct ni_slot *slot = &crossing->slot;

	*at = 0;
	if (crossing->effect != NI_SPAWN_UNTOUCHED)
		return NI_PASSED_ACTION;
	if (slot->state & NI_SLOT_CLEARED) {
		*at = slot->other;
		return NI_PASSED_FLAG;
	}
	if (slot->state & NI_SLOT_DUP2) {
		*at = slot->created;
		return NI_PASSED_DUP2;
	}
	return (uint16_t)because->reason;
}

/* Counts it with one that is already listed. Return: whether it could. */
static bool join(struct listing *listing, const struct crossing *crossing,
		 uint16_t passed)
{
	struct ni_trace_held *alike = NULL;
	unsigned count = 0;

	for (unsigned i = 0; i < listing->count; i++) {
		struct ni_trace_held *held = listing->held[i];

		/* A line that calls dup2 may put a pipe there one time and a
		 * socket another time. */
		if (held->created != crossing->slot.created ||
		    listing->seen_as[i] != crossing->slot.type ||
		    held->passed != passed || held->flags != crossing->flags)
			continue;
		alike = held;
		count++;
	}
	if (alike && (count >= LISTED_PER_SITE || listing->count == LISTED_MAX)) {
		alike->count++;
		return true;
	}
	return false;
}

static void list_one(struct listing *listing, const struct crossing *crossing,
		     const struct ni_description *description, uint16_t passed,
		     uint32_t at)
{
	struct ni_trace_held *held = NULL;

	if (listing->count < LISTED_MAX)
		held = ni_trace_claim(NI_RECORD_HELD,
				      sizeof(*held) + description->size, 0,
				      NI_ROOM_FINDING, NI_DROPPED_HELD);
	if (!held) {
		listing->exec->held_more++;
		return;
	}
	held->exec = ni_trace_ref(listing->exec);
	held->created = crossing->slot.created;
	held->at = at;
	held->count = 1;
	held->flags = crossing->flags;
	held->passed = passed;
	held->what = description->what;
	held->what.fd = crossing->fd;
	memcpy(held + 1, description->bytes, description->size);
	ni_trace_publish(held);
	listing->seen_as[listing->count] = crossing->slot.type;
	listing->held[listing->count++] = held;
	listing->exec->held++;
}

static void note_crossing(struct listing *listing, struct crossing *crossing,
			  const struct ni_passing *passing)
{
	struct ni_description description;
	struct ni_passed_because because = { .reason = NI_PASSED_NOT };
	uint16_t passed;
	uint32_t at;

	if (listing->looked++ < ANNOUNCED_MAX)
		because = ni_passed(passing, crossing->fd);
	if (because.is_bare_number)
		crossing->flags |= NI_HELD_BARE_NUMBER;
	passed = reason_of(crossing, &because, &at);
	if (passed == NI_PASSED_FLAG && listing->looked <= ANNOUNCED_MAX &&
	    !ni_passed_is_told(passing, crossing->fd))
		crossing->flags |= NI_HELD_UNTOLD;
	if (join(listing, crossing, passed))
		return;
	ni_kernel_describe(crossing->effect == NI_SPAWN_OPENED ?
			   -1 : crossing->source, &description);
	check_type(crossing, &description);
	if (crossing->flags & NI_HELD_UNSEEN)
		listing->has_unseen = true;
	passed = reason_of(crossing, &because, &at);
	if (because.length && passed == because.reason)
		ni_description_detail(&description, because.text,
				      because.length);
	list_one(listing, crossing, &description, passed, at);
}

/* The creation of what comes through a ring is not seen, and often not that of
 * the ring itself: liburing makes its system calls without libc. */
static void look_for_ring(int last)
{
	if (last >= RING_NUMBERS_MAX)
		last = RING_NUMBERS_MAX - 1;
	for (int fd = 3; fd <= last; fd++)
		if (ni_kernel_type(fd) == NI_TYPE_IO_URING) {
			ni_recorder_has_ring();
			return;
		}
}

static void note_crossings(const struct ni_exec *exec,
			   struct ni_trace_exec *record)
{
	const struct ni_passing passing = {
		exec->argv, exec->environment,
		exec->is_spawn ? 0 : record->pid,
	};
	struct listing listing = { .exec = record };
	const int last = last_number(exec);
	struct crossing crossing;

	for (int fd = 3; fd <= last; fd = ni_slots_next(fd + 1))
		if (look(exec, fd, &crossing))
			note_crossing(&listing, &crossing, &passing);
	if (listing.has_unseen && !(ni_recorder.trace->flags & NI_TRACE_RING))
		look_for_ring(last);
}

/* ---- the EXEC record ----------------------------------------------------- */

/* How much of argv, with its NULs, fits into @size bytes. */
static size_t measure(char *const *argv, size_t size, uint32_t *argc, bool *cut)
{
	size_t bytes = 0;

	*argc = 0;
	*cut = false;
	for (; argv && argv[*argc]; ++*argc) {
		size_t length = strlen(argv[*argc]) + 1;

		if (!*cut && bytes + length <= size)
			bytes += length;
		else
			*cut = true;
	}
	return bytes;
}

static void copy_argv(char *to, char *const *argv, size_t size)
{
	for (size_t i = 0; size; i++) {
		size_t length = strlen(argv[i]) + 1;

		memcpy(to, argv[i], length);
		to += length;
		size -= length;
	}
}

struct wanted { uint32_t key, site; };

/* The key is made of the path and every descriptor; only the key is kept. */
static bool is_same(const void *record, const void *data)
{
	const struct ni_trace_exec *known = record;
	const struct wanted *wanted = data;

	return known->head.key == wanted->key && known->site == wanted->site;
}

static struct wanted wanted_of(const struct ni_exec *exec)
{
	struct wanted wanted = { .site = ni_site_find(&exec->caller) };
	uint64_t hash = ni_hash_word(NI_HASH_START, wanted.site);

	hash = ni_hash_bytes(hash, exec->path, strlen(exec->path));
	/* As long as there is room, execs with other arguments are others. */
	for (uint32_t i = 0; ni_trace_is_roomy() && exec->argv &&
			     exec->argv[i] && i < 16; i++)
		hash = ni_hash_bytes(hash, exec->argv[i],
				     strlen(exec->argv[i]));
	wanted.key = ni_hash_end(hash_crossings(exec, hash));
	return wanted;
}

static bool look_at_file(const char *path, struct ni_trace_exec *record)
{
	struct stat status;

	if (ni_raw6(SYS_newfstatat, AT_FDCWD, (long)path, (long)&status, 0, 0,
		    0) < 0 || S_ISDIR(status.st_mode))
		return false;
	record->device = status.st_dev;
	record->inode = status.st_ino;
	return true;
}

/* As execvp does, whose PATH is the program's, not the new environment's. */
static void search(const char *name, struct ni_trace_exec *record)
{
	const char *list = ni_environment_value(environ, "PATH");
	char path[PATH_BYTES_MAX];

	while (list && *list) {
		struct ni_words words = { path, sizeof(path), 0 };
		size_t length = strcspn(list, ":");

		ni_words_bytes(&words, list, length);
		ni_words_string(&words, length ? "/" : "./");
		ni_words_string(&words, name);
		if (ni_words_end(&words) && look_at_file(path, record))
			return;
		list += length + (list[length] == ':');
	}
}

static void locate(const struct ni_exec *exec, struct ni_trace_exec *record)
{
	if (exec->is_searched && !strchr(exec->path, '/'))
		search(exec->path, record);
	else
		look_at_file(exec->path, record);
}

/* A filled record, still claimed. */
static struct ni_trace_exec *fill(const struct ni_exec *exec,
				  const struct wanted *wanted)
{
	struct ni_trace_exec *record;
	size_t path_size = strlen(exec->path), argv_size;
	uint32_t argc;
	bool cut;

	if (path_size > PATH_BYTES_MAX)
		path_size = PATH_BYTES_MAX;
	argv_size = measure(exec->argv, ARGV_BYTES_MAX, &argc, &cut);
	record = ni_trace_claim(NI_RECORD_EXEC,
				sizeof(*record) + path_size + argv_size,
				wanted->key, NI_ROOM_FINDING, NI_DROPPED_EXECS);
	if (!record)
		return NULL;
	record->time_ns = ni_clock_ns(CLOCK_MONOTONIC);
	record->site = wanted->site;
	record->pid = ni_kernel_pid();
	record->ppid = ni_kernel_parent();
	record->child = exec->is_spawn ? 0 : record->pid;
	record->count = 1;
	record->argc = argc;
	record->flags = exec->flags | (cut ? NI_EXEC_ARGV_CUT : 0);
	record->path_size = (uint16_t)path_size;
	record->argv_size = (uint16_t)argv_size;
	memcpy(record + 1, exec->path, path_size);
	copy_argv((char *)(record + 1) + path_size, exec->argv, argv_size);
	locate(exec, record);
	return record;
}

static struct ni_exec_note again(const struct ni_exec *exec,
				 struct ni_trace_exec *record)
{
	struct ni_exec_note note = { .exec = record };

	ni_trace_count(&record->count);
	note.again = ni_trace_claim(NI_RECORD_EXEC_AGAIN, sizeof(*note.again),
				    0, NI_ROOM_EVENT, NI_DROPPED_FORKS);
	if (!note.again)
		return note;
	note.again->exec = ni_trace_ref(record);
	note.again->pid = ni_kernel_pid();
	note.again->child = exec->is_spawn ? 0 : note.again->pid;
	note.again->time_ns = ni_clock_ns(CLOCK_MONOTONIC);
	ni_trace_publish(note.again);
	return note;
}

static struct ni_exec_note note_exec(const struct ni_exec *exec)
{
	const struct wanted wanted = wanted_of(exec);
	struct ni_trace_exec *record, *entered;

	record = ni_trace_seek(NI_RECORD_EXEC, wanted.key, is_same, &wanted);
	if (record)
		return again(exec, record);
	record = fill(exec, &wanted);
	if (!record)
		return (struct ni_exec_note){ NULL, NULL };
	entered = ni_trace_enter(record, is_same, &wanted);
	if (entered != record)
		return again(exec, entered);
	note_crossings(exec, record);
	return (struct ni_exec_note){ record, NULL };
}

struct ni_exec_note ni_exec_begin(const struct ni_exec *given)
{
	struct ni_exec exec = *given;

	if (ni_is_vforked())
		exec.flags |= NI_EXEC_VFORK;
	if (!ni_spawn_is_understood(exec.actions)) {
		exec.actions = NULL;
		exec.flags |= NI_EXEC_ACTIONS_UNKNOWN;
	}
	return note_exec(&exec);
}

void ni_exec_spawned(const struct ni_exec_note *note, uint32_t child)
{
	if (note->again)
		note->again->child = child;
	else if (note->exec)
		note->exec->child = child;
}

void ni_exec_failed(const struct ni_exec_note *note, int error)
{
	if (!note->exec)
		return;
	ni_trace_count(&note->exec->failed);
	note->exec->error = error;
	if (note->again)
		note->again->error = error;
}
