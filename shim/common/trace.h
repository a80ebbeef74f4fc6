/*
 * trace.h - what the recorder leaves behind, byte by byte, and how the command
 * tells it where.
 *
 * One file per exec'd image, shared by all fork children of the image and still
 * readable after SIGKILL of any of them. Three parts: a header, an index that
 * only recorders use, and cells of 32 bytes that hold records. The file is as
 * long as it may ever get, but sparse: blocks come as they are needed.
 * All numbers are little-endian; there is no pointer, only numbers of cells
 * ("ref", 0: none; the first cell is never used) and sizes. noinherit-trace(5)
 * describes the same for people.
 *
 * A reader must expect any byte: each size and ref is checked before use, an
 * unknown kind is skipped by its size, a record longer than this version knows
 * is read as far as it is known.
 */
#ifndef NI_COMMON_TRACE_H
#define NI_COMMON_TRACE_H

#include <stddef.h>
#include <stdint.h>

/* ---- how the command tells the recorder -------------------------------- */

/* Absolute path of the directory for the files. Without it the recorder is
 * inert: it passes every call on and records nothing. */
#define NI_TRACE_ENV_DIRECTORY "NOINHERIT_AUDIT_DIR"

/* Comma list; an unknown or unreadable word is ignored:
 *   size=N     most that a file may hold, in KiB, 16..65536 (default 4096)
 *   frames=N   longest stack kept, 1..64 (default 32)
 *   no-follow  do not complete the environment that a program gives to exec
 *   script-frames  follow stacks through code without unwind tables, by frame
 *              pointer */
#define NI_TRACE_ENV_OPTIONS "NOINHERIT_AUDIT_OPTIONS"

#define NI_TRACE_SIZE_KIB_DEFAULT 4096
#define NI_TRACE_SIZE_KIB_MIN 16
#define NI_TRACE_SIZE_KIB_MAX 65536
#define NI_TRACE_FRAMES_DEFAULT 32
#define NI_TRACE_FRAMES_MAX 64

/* Name: pid, a dot, start_ns, and this. The directory may hold other files.
 * An empty file is an image whose trace found no space: counted as dropped. */
#define NI_TRACE_SUFFIX ".trace"

/* ---- header ------------------------------------------------------------ */

#define NI_TRACE_MAGIC "NITRACE\n"
#define NI_TRACE_VERSION 1
#define NI_TRACE_CELL_SIZE 32
#define NI_TRACE_STRINGS_SIZE 3584

/* ni_trace_header.flags; 8 has no meaning. */
#define NI_TRACE_SHIM 1u		/* the shim enforces in this image */
#define NI_TRACE_NO_FOLLOW 2u		/* environments were not completed */
#define NI_TRACE_CALLER_ONLY 4u		/* stacks have one frame: no unwinder */
#define NI_TRACE_ARGV_CUT 16u		/* argv did not fit */
#define NI_TRACE_READY 32u		/* header complete; without it: torn */
#define NI_TRACE_RING 64u		/* made an io_uring: descriptors that come
					   through the ring are not seen */
#define NI_TRACE_FULL 128u		/* dropped: the file reached its size=N */
#define NI_TRACE_DISK_FULL 256u		/* dropped: the file system had no room */

/* What could not be kept; index of ni_trace_header.dropped. */
enum ni_trace_dropped {
	NI_DROPPED_SITES,	/* no cell left for another stack */
	NI_DROPPED_MODULES,
	NI_DROPPED_EXECS,	/* exec records */
	NI_DROPPED_HELD,	/* descriptors of an exec that were not listed */
	NI_DROPPED_FINDINGS,	/* unclosed, double-close, wrong-flag */
	NI_DROPPED_ARRIVALS,
	NI_DROPPED_FORKS,	/* forks, repeated execs, exits, samples */
	NI_DROPPED_NUMBERS,	/* descriptor numbers beyond the table */
	NI_DROPPED_PARTNERS,	/* closes or marks from a fifth place */
	NI_DROPPED_OPEN,	/* no OPEN record for a process's counts */
	NI_DROPPED_KINDS = 16
};

struct ni_trace_header {
	uint8_t magic[8];
	uint32_t version;
	uint32_t header_size;	/* of this struct, strings included */
	uint64_t file_size;
	uint32_t index_offset;	/* from the start of the file, in bytes */
	uint32_t index_count;	/* 32-bit entries; not for readers */
	uint32_t cells_offset;	/* of cell 0, in bytes */
	uint32_t cells_count;
	uint32_t cells_used;	/* claimed so far; may exceed cells_count */
	uint32_t modules_used;	/* highest module number given out */
	uint32_t flags;
	uint16_t machine;	/* ELF's e_machine */
	uint16_t execfn_size;	/* of the path that was executed, see strings[] */
	uint32_t pid;		/* at start; fork children write here too */
	uint32_t ppid;
	uint32_t uid;		/* the effective one, at start */
	uint32_t argc;
	uint64_t start_ns;	/* CLOCK_MONOTONIC, as every time_ns here */
	uint64_t start_real_ns;	/* CLOCK_REALTIME at the same moment; 0: unknown */
	uint64_t exe_device;	/* of /proc/self/exe; 0, 0: not known */
	uint64_t exe_inode;
	uint64_t reserved_word;	/* once the inode of the pid namespace */
	/* Bytes of strings[]: first exe, what /proc/self/exe is; then argv, each
	 * argument with its NUL; then the path that was executed (AT_EXECFN:
	 * another name of exe where that was a link), execfn_size bytes; then
	 * the directory at start, cwd_size bytes. */
	uint16_t exe_size;
	uint16_t argv_size;
	uint32_t arrived;	/* descriptors >= 3 that were open at start */
	uint32_t dropped[NI_DROPPED_KINDS];
	uint32_t cells_ready;	/* so many have blocks; not for readers */
	uint32_t creators;	/* highest ni_trace_site.number given out */
	uint64_t open_free;	/* unused OPEN records; not for readers */
	uint32_t index_more_offset; /* the rest of the index, in bytes */
	uint32_t index_more_count; /* 0: has no blocks yet */
	uint16_t cwd_size;	/* see strings[] */
	uint8_t reserved_bytes[302];
	uint8_t strings[NI_TRACE_STRINGS_SIZE];
};

/* ---- records ----------------------------------------------------------- */

/*
 * A record takes whole cells and starts with this head. Writing: claim cells by
 * adding to cells_used; store the head as one 64-bit word, state CLAIMED; fill;
 * store the state PUBLISHED. So, from cell 1 up to min(cells_used, cells_count):
 * a head of eight zero bytes is a writer that died at once: go on with the next
 * cell; CLAIMED: one that died later (or still writes): skip its cells, count
 * it as torn; PUBLISHED: read it; VOID: taken back by its writer, skip.
 * Two published records may say the same (two writers at once): merge them.
 */
struct ni_trace_head {
	uint16_t cells;		/* of the whole record, this head included */
	uint8_t kind;		/* enum ni_trace_kind */
	uint8_t state;		/* enum ni_trace_state */
	uint32_t key;		/* hash by which recorders find it */
};

enum ni_trace_state {
	NI_STATE_FREE,
	NI_STATE_CLAIMED,
	NI_STATE_PUBLISHED,
	NI_STATE_VOID
};

enum ni_trace_kind {
	NI_RECORD_MODULE = 1,
	NI_RECORD_SITE,
	NI_RECORD_SAMPLE,
	NI_RECORD_ARRIVED,
	NI_RECORD_FORK,
	NI_RECORD_EXEC,
	NI_RECORD_EXEC_AGAIN,
	NI_RECORD_HELD,
	NI_RECORD_EXIT,
	NI_RECORD_UNCLOSED,
	NI_RECORD_DOUBLE_CLOSE,
	NI_RECORD_WRONG_FLAG,
	NI_RECORD_STOPPED,
	NI_RECORD_OPEN,
	NI_RECORD_EXHAUSTED
};

/* ---- modules and stacks ------------------------------------------------ */

/* A loaded file that some stack runs through, also one that was dlopen'd. */
struct ni_trace_module {
	struct ni_trace_head head;
	uint64_t start, end;	/* where it was mapped */
	uint64_t bias;		/* mapped address less the file's own address */
	uint32_t number;	/* 1..65535, the one that frames name */
	uint8_t build_id_size;	/* bytes follow the struct: first the id, */
	uint8_t reserved;
	uint16_t path_size;	/* then the path */
};

/*
 * A frame is one 64-bit word. Bits 48..63: number of the module, 0: none known,
 * the rest is then a plain address: code that a runtime made, which the file
 * /tmp/perf-PID.map may name. The stack ends there unless script-frames was
 * given. Bits 0..46: a return address as the module's file counts (mapped
 * address less bias): look up the line at address - 1. Bit 47 is zero.
 */
#define NI_FRAME_MODULE(frame) ((uint32_t)((frame) >> 48))
#define NI_FRAME_ADDRESS(frame) ((frame) & ((UINT64_C(1) << 47) - 1))

/* Another site, and how often it closed or marked what this one created. */
struct ni_trace_partner {
	uint32_t site;		/* ref; 0: free */
	uint32_t count;
};

#define NI_PARTNERS 4
#define NI_WINDOWS 20

/* ni_trace_site.flags */
#define NI_SITE_CUT 1u			/* the stack goes on: more frames than kept */
#define NI_SITE_BROKEN 2u		/* the stack goes on: no way to follow it */
#define NI_SITE_SIGNAL 4u		/* ends at a signal's frame: the code that
					   was interrupted is not kept, it would
					   make a new site at each instruction */

/*
 * One distinct stack calling one function. Its counters are written for ever,
 * by all processes of the image. As a creator: descriptors it created, and what
 * became of them. A site that only closes, marks or execs has zeros there.
 */
struct ni_trace_site {
	struct ni_trace_head head;
	uint16_t call;		/* enum ni_trace_call */
	uint16_t depth;		/* frames that follow the struct, innermost first */
	uint16_t flags;
	uint8_t type;		/* enum ni_trace_type of the first one created */
	uint8_t sampled;	/* a recorder's note; see ni_trace_sample */
	/* Arguments of the first creation, sockets only (flags taken off). */
	uint16_t family, socket_type, protocol;
	uint16_t number;	/* as a creator: its row in OPEN records, from 1
				   on; 0: created nothing yet */

	uint32_t inheritable;	/* created without close-on-exec */
	uint32_t atomic;	/* created with close-on-exec */
	uint32_t marked;	/* of the inheritable: marked later, by whom: */
	uint32_t marked_threaded; /* ... while the process had a second thread */
	uint32_t passed;	/* made inheritable on purpose later */
	uint32_t closed;	/* closed from other places than closers[] */
	uint64_t window_ns_max;	/* longest time from creation to mark */
	/* [0]: below 1 us; [n]: below 2^n us; the last: all longer ones. */
	uint32_t windows[NI_WINDOWS];
	struct ni_trace_partner markers[NI_PARTNERS];
	struct ni_trace_partner closers[NI_PARTNERS];
};					/* then uint64_t frames[depth] */

/* ---- what a descriptor is ---------------------------------------------- */

enum ni_trace_type {
	NI_TYPE_UNKNOWN,
	NI_TYPE_FILE,		/* regular file */
	NI_TYPE_DIRECTORY,
	NI_TYPE_CHARACTER,	/* character device, not a terminal */
	NI_TYPE_BLOCK,
	NI_TYPE_TERMINAL,	/* tty, pty, ptmx */
	NI_TYPE_PIPE,		/* pipe or FIFO (a FIFO has a path) */
	NI_TYPE_SOCKET,
	NI_TYPE_EPOLL,
	NI_TYPE_EVENTFD,
	NI_TYPE_TIMERFD,
	NI_TYPE_SIGNALFD,
	NI_TYPE_INOTIFY,
	NI_TYPE_FANOTIFY,
	NI_TYPE_MEMFD,		/* path: its name */
	NI_TYPE_PIDFD,
	NI_TYPE_USERFAULTFD,
	NI_TYPE_IO_URING,
	NI_TYPE_BPF,
	NI_TYPE_PERF,
	NI_TYPE_OTHER,		/* path: what /proc calls it */
	NI_TYPES
};

/* ni_trace_what.state: TCP's as the kernel numbers them (TCP_ESTABLISHED = 1
 * .. TCP_LISTEN = 10, TCP_NEW_SYN_RECV = 12), 0 where there is none. A UNIX or
 * other socket is TCP_LISTEN when it listens, TCP_ESTABLISHED when it has a
 * peer. */

/* The kernel's word on a descriptor, asked at the moment of the record. */
struct ni_trace_what {
	uint64_t device, inode;	/* fstat's; 0, 0: not known */
	int32_t fd;
	uint8_t type;
	uint8_t state;
	uint16_t family;	/* of sockets: SO_DOMAIN, SO_TYPE, SO_PROTOCOL */
	uint16_t socket_type;
	uint16_t protocol;
	uint32_t reserved;	/* once what F_GETFL answers */
	uint16_t local_size;	/* these bytes follow the record: a sockaddr */
	uint16_t remote_size;	/* then the peer's sockaddr */
	uint16_t path_size;	/* then the path, as /proc/self/fd shows it */
	uint16_t detail_size;	/* then a text; see ni_trace_held */
};

/* One descriptor of a site, looked at when it was first marked or closed. */
struct ni_trace_sample {
	struct ni_trace_head head;
	uint32_t site;		/* ref */
	uint32_t pid;
	struct ni_trace_what what;
};

/* Open at start of the image, >= 3. */
struct ni_trace_arrived {
	struct ni_trace_head head;
	uint64_t reserved;
	struct ni_trace_what what;
};

/* ---- processes --------------------------------------------------------- */

/* Written by the child of a fork. (The child of a vfork or posix_spawn shows
 * itself by the exec.) */
struct ni_trace_fork {
	struct ni_trace_head head;
	uint32_t pid, ppid;
	uint64_t time_ns;
	uint64_t reserved;
};

/* ni_trace_exec.flags; earlier recorders set 8 and 32, which nobody read */
#define NI_EXEC_COMPLETED 1u	/* the recorder was put into the environment */
#define NI_EXEC_UNFOLLOWED 2u	/* the environment lacks the recorder: option,
				   no room, or a shell that libc spawns */
#define NI_EXEC_VFORK 4u	/* from a vfork child */
#define NI_EXEC_ARGV_CUT 16u
#define NI_EXEC_ACTIONS_UNKNOWN 64u /* posix_spawn file actions not understood:
				   held is what the parent had */

/*
 * An exec, spawn, system or popen, written before the call. The same site,
 * path and descriptors again count here and leave an EXEC_AGAIN. A new image
 * belongs to the latest exec before its start_ns whose child is its pid; if
 * there is none, to the latest whose child is 0 and whose pid is its ppid.
 */
struct ni_trace_exec {
	struct ni_trace_head head;
	uint64_t time_ns;
	uint64_t device, inode;	/* of path, where it was found; else 0, 0 */
	uint32_t site;		/* ref: stack and function of the exec */
	uint32_t pid;		/* who called */
	uint32_t ppid;
	uint32_t child;		/* who became the new image: pid itself for the
				   exec family; 0: not (yet) known */
	uint32_t count;		/* how often, this one included */
	uint32_t failed;	/* how often it came back with an error */
	int32_t error;		/* errno of the last failure */
	uint32_t held;		/* HELD records that name this one */
	uint32_t held_more;	/* descriptors for which there was no room */
	uint32_t argc;
	uint16_t flags;
	uint16_t path_size;	/* bytes that follow: path, */
	uint16_t argv_size;	/* then argv, each with its NUL */
	uint16_t reserved;
};

struct ni_trace_exec_again {
	struct ni_trace_head head;
	uint32_t exec;		/* ref */
	uint32_t pid;
	uint32_t child;		/* as in ni_trace_exec */
	int32_t error;		/* != 0: this one failed */
	uint64_t time_ns;
};

/* Why a descriptor that crosses an exec counts as passed on purpose. */
enum ni_trace_passed {
	NI_PASSED_NOT,
	NI_PASSED_FLAG,		/* close-on-exec was taken off; at: site */
	NI_PASSED_DUP2,		/* put on this number by dup2/dup3 */
	NI_PASSED_LISTEN_FDS,
	NI_PASSED_ENVIRONMENT,	/* in a variable that the program set; detail:
				   its name */
	NI_PASSED_ARGUMENT,	/* name=N or /dev/fd/N; detail: the argument */
	NI_PASSED_ACTION,	/* by a posix_spawn file action */
	/* 7: to the program itself; the report knows that by the files. */
	NI_PASSED_CONVENTION = 8 /* the receiver knows it without being told;
				   detail: the convention's name */
};

/* ni_trace_held.flags */
#define NI_HELD_ENFORCED 1u	/* the program left it inheritable, the kernel
				   says close-on-exec: the shim stopped it */
#define NI_HELD_UNSEEN 2u	/* nobody saw it being created: created == 0 */
#define NI_HELD_ARRIVED 4u	/* it was open when this image started */
#define NI_HELD_FORKED 8u	/* created before the fork that made pid */
#define NI_HELD_BARE_NUMBER 16u	/* its number is an argument by itself; still
				   a leak */
#define NI_HELD_UNTOLD 32u	/* passed by F_SETFD 0 or the like, but no
				   argument and no variable names the number:
				   passed in doubt */
#define NI_HELD_MOVED 64u	/* what dup2 put there was a descriptor that the
				   program had made, not a copy of one that it
				   had been given or of a standard stream */

/* A descriptor >= 3 that is (or, but for the shim, would be) open in the new
 * image. */
struct ni_trace_held {
	struct ni_trace_head head;
	uint32_t exec;		/* ref */
	uint32_t created;	/* ref of a site; 0: unknown */
	uint32_t at;		/* ref of the site that cleared the flag or put
				   it there by dup2; else 0 */
	uint32_t count;		/* like this one: same site, same reason */
	uint16_t flags;
	uint16_t passed;	/* enum ni_trace_passed */
	uint32_t reserved;
	struct ni_trace_what what;
};

/* A normal exit (exit, or return from main). No such record: it was killed,
 * called _exit, exec'd, or still runs. */
struct ni_trace_exit {
	struct ni_trace_head head;
	uint32_t pid;
	uint32_t open;		/* descriptors >= 3 open then, creation seen */
	uint64_t time_ns;
	uint64_t reserved;
};

/* Another reason why nothing more comes from a process. */
enum ni_trace_stop {
	NI_STOP_SECCOMP = 1	/* it installed a filter: left alone since then */
};

struct ni_trace_stopped {
	struct ni_trace_head head;
	uint32_t pid;
	uint32_t reason;
	uint64_t time_ns;
	uint64_t reserved;
};

/* ---- what is open now ---------------------------------------------------- */

/* Of one process, one creator. Times: milliseconds since header.start_ns. */
struct ni_trace_open_count {
	uint32_t open;		/* now */
	uint32_t peak;		/* most at once */
	uint32_t peak_ms;	/* when that was first reached */
	uint32_t doubled_ms;	/* when open first reached the largest power of
				   two that is not above peak */
};

#define NI_OPEN_COUNTS 32

/* ni_trace_open.state */
enum ni_trace_open_state {
	NI_OPEN_FREE,		/* a process that is gone gave it back */
	NI_OPEN_LIVE,
	NI_OPEN_EXECS		/* its process is in an exec, or was */
};

/*
 * What one process has open, by creator: row i is for the sites whose number is
 * first + i. Row 0 of the record with first == 0 is for descriptors without a
 * site: open at start of the image (from 3 on), or created unseen.
 *
 * The rows of a process are in as many records as it needs; a fork child has
 * its own, which count what it inherited, too. They change in place, without a
 * lock: read each number once. They hold the recorder's table in another order:
 * what is created or closed behind its back (inline system calls) is not in
 * them, nor are 0, 1 and 2.
 *
 *   open now   of a process that lives, or of one that was killed or left by
 *              _exit: the rows of its pid in state LIVE. There can be rows of
 *              an earlier process with the same pid: the latest time_ns counts
 *              (all records of a process have the same).
 *   EXECS      as LIVE, if no image with that pid started after it; otherwise,
 *              as with FREE, nothing of this process is left.
 *   peak       of a site: the highest of its rows'; of a process: unknown, the
 *              sum of its rows' peaks is an upper bound.
 *   trend      from 2^k at doubled_ms to peak at peak_ms, 2^k the largest power
 *              of two not above peak; it goes on if open is still near peak and
 *              peak_ms near now.
 */
struct ni_trace_open {
	struct ni_trace_head head;
	uint32_t pid;
	uint32_t first;		/* multiple of NI_OPEN_COUNTS */
	uint64_t time_ns;	/* since when it counts for that process */
	uint32_t state;		/* enum ni_trace_open_state */
	uint32_t next;		/* not for readers */
	struct ni_trace_open_count counts[NI_OPEN_COUNTS];
};

/* ---- findings of a process by itself ----------------------------------- */

struct ni_trace_holder {
	uint32_t created;	/* ref of a site; 0: arrived or created unseen */
	uint32_t count;
};

#define NI_HOLDERS 16

/* A creator failed with EMFILE or ENFILE: who had the descriptors then. */
struct ni_trace_exhausted {
	struct ni_trace_head head;
	uint64_t time_ns;	/* of the first time */
	uint32_t site;		/* ref of the call that failed */
	uint32_t pid;
	uint32_t count;		/* how often, over all processes */
	int32_t error;		/* EMFILE or ENFILE */
	uint32_t limit;		/* the process's soft RLIMIT_NOFILE */
	uint32_t open;		/* seen open then, in all */
	uint32_t others;	/* of these, by sites that are not listed */
	uint32_t holders_count;	/* in use of: */
	struct ni_trace_holder holders[NI_HOLDERS];	/* most first */
};

/* Open at exit, created by the process that exits. */
struct ni_trace_unclosed {
	struct ni_trace_head head;
	uint64_t time_ns;
	uint32_t created;	/* ref of a site */
	uint32_t pid;		/* of the first */
	uint32_t count;		/* from this site, over all processes */
	uint32_t reserved;
	struct ni_trace_what what;
};

struct ni_trace_double_close {
	struct ni_trace_head head;
	uint64_t time_ns;
	uint32_t created;	/* ref; 0: creation not seen */
	uint32_t first;		/* ref of the site that closed it */
	uint32_t second;	/* ref of the site that closed it again */
	uint32_t pid;
	int32_t fd;
	uint32_t count;
	uint32_t type;		/* enum ni_trace_type of what it was */
	uint32_t reserved;
};

struct ni_trace_wrong_flag {
	struct ni_trace_head head;
	uint64_t time_ns;
	uint32_t created;	/* ref; 0: not seen */
	uint32_t site;		/* ref of the call */
	uint32_t pid;
	int32_t fd;
	uint32_t count;
	int32_t command;	/* of fcntl */
	int64_t argument;
};

/* ---- functions by number ----------------------------------------------- */

/* The numbers of creators.def, for ever: they are in files. */
enum ni_trace_call {
	NI_CALL_UNKNOWN,
#define NAMED(number, name, ...) NI_CALL_##name = number,
#define CREATOR NAMED
#define NUMBERED NAMED
#define CALL NAMED
#define NAME NAMED
#include "common/creators.def"
#undef NAMED
	NI_CALLS	/* one more than the last */
};

/* ---- the layout is the promise ----------------------------------------- */

#define NI_TRACE_SIZEOF(name, bytes) \
	_Static_assert(sizeof(struct ni_trace_##name) == (bytes), #name)

NI_TRACE_SIZEOF(header, 4096);
NI_TRACE_SIZEOF(head, 8);
NI_TRACE_SIZEOF(module, 40);
NI_TRACE_SIZEOF(site, 200);
NI_TRACE_SIZEOF(what, 40);
NI_TRACE_SIZEOF(sample, 56);
NI_TRACE_SIZEOF(arrived, 56);
NI_TRACE_SIZEOF(fork, 32);
NI_TRACE_SIZEOF(exec, 80);
NI_TRACE_SIZEOF(exec_again, 32);
NI_TRACE_SIZEOF(held, 72);
NI_TRACE_SIZEOF(exit, 32);
NI_TRACE_SIZEOF(stopped, 32);
NI_TRACE_SIZEOF(unclosed, 72);
NI_TRACE_SIZEOF(double_close, 48);
NI_TRACE_SIZEOF(wrong_flag, 48);
NI_TRACE_SIZEOF(open, 544);
NI_TRACE_SIZEOF(exhausted, 176);

#endif
