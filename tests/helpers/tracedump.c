/*
 * tracedump: prints the records of trace files, one line each, for tests.
 *
 *	tracedump FILE...
 *
 * A line is the kind and name=value pairs; a stack is module+offset frames,
 * innermost first, joined by commas. It trusts its input: files written by the
 * recorder under test, not by strangers.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/trace.h"

static const char *const call_names[] = {
	"unknown",
#define NAMED(number, name, ...) [number] = #name,
#define CREATOR NAMED
#define NUMBERED NAMED
#define CALL NAMED
#define NAME NAMED
#include "common/creators.def"
#undef NAMED
};

static const char *const type_names[] = {
	"unknown", "file", "directory", "character", "block", "terminal",
	"pipe", "socket", "epoll", "eventfd", "timerfd", "signalfd", "inotify",
	"fanotify", "memfd", "pidfd", "userfaultfd", "io_uring", "bpf", "perf",
	"other",
};

static const char *const passed_names[] = {
	"no", "flag", "dup2", "listen_fds", "environment", "argument", "action",
	"again", "convention",
};

static const struct ni_trace_header *trace;

static const void *at(uint32_t ref)
{
	return (const char *)trace + trace->cells_offset +
	       (size_t)ref * NI_TRACE_CELL_SIZE;
}

static uint32_t next_record(uint32_t ref)
{
	const struct ni_trace_head *head = at(ref);

	return ref + (head->cells ? head->cells : 1);
}

static uint32_t end_of_records(void)
{
	return trace->cells_used < trace->cells_count ? trace->cells_used :
							trace->cells_count;
}

static void print_module(uint32_t number)
{
	for (uint32_t ref = 1; ref < end_of_records(); ref = next_record(ref)) {
		const struct ni_trace_module *module = at(ref);
		const char *bytes = (const char *)(module + 1);

		if (module->head.kind != NI_RECORD_MODULE ||
		    module->head.state != NI_STATE_PUBLISHED ||
		    module->number != number)
			continue;
		printf("%.*s", module->path_size, bytes + module->build_id_size);
		return;
	}
	printf("?");
}

static void print_stack(const char *name, uint32_t ref)
{
	const struct ni_trace_site *site = at(ref);
	const uint64_t *frames = (const uint64_t *)(site + 1);

	printf(" %s=", name);
	if (!ref) {
		printf("-");
		return;
	}
	printf("%s:", call_names[site->call]);
	for (unsigned i = 0; i < site->depth; i++) {
		printf(i ? "," : "");
		print_module(NI_FRAME_MODULE(frames[i]));
		printf("+0x%llx",
		       (unsigned long long)NI_FRAME_ADDRESS(frames[i]));
	}
	if (site->flags & NI_SITE_CUT)
		printf(",cut");
	if (site->flags & NI_SITE_BROKEN)
		printf(",broken");
	if (site->flags & NI_SITE_SIGNAL)
		printf(",signal");
}

static void print_address(const char *name, const char *bytes, uint16_t size)
{
	struct sockaddr_storage address = { 0 };
	const struct sockaddr_in *v4 = (const void *)&address;
	const struct sockaddr_in6 *v6 = (const void *)&address;
	char text[INET6_ADDRSTRLEN];

	if (!size)
		return;
	memcpy(&address, bytes, size);
	if (address.ss_family == AF_INET)
		printf(" %s=%s:%d", name, inet_ntop(AF_INET, &v4->sin_addr,
						    text, sizeof(text)),
		       ntohs(v4->sin_port));
	else if (address.ss_family == AF_INET6)
		printf(" %s=[%s]:%d", name, inet_ntop(AF_INET6, &v6->sin6_addr,
						      text, sizeof(text)),
		       ntohs(v6->sin6_port));
	else if (address.ss_family == AF_UNIX && size > sizeof(sa_family_t))
		printf(" %s=unix:%.*s", name, (int)(size - sizeof(sa_family_t)),
		       bytes + sizeof(sa_family_t));
	else
		printf(" %s=family%d", name, address.ss_family);
}

static void print_what(const struct ni_trace_what *what)
{
	const char *bytes = (const char *)(what + 1);

	printf(" fd=%d type=%s state=%d family=%d socktype=%d proto=%d inode=%llu",
	       what->fd, type_names[what->type], what->state, what->family,
	       what->socket_type, what->protocol,
	       (unsigned long long)what->inode);
	print_address("local", bytes, what->local_size);
	bytes += what->local_size;
	print_address("remote", bytes, what->remote_size);
	bytes += what->remote_size;
	if (what->path_size)
		printf(" path=%.*s", what->path_size, bytes);
	bytes += what->path_size;
	if (what->detail_size)
		printf(" detail=%.*s", what->detail_size, bytes);
}

static void print_words(const char *name, const char *bytes, size_t size)
{
	printf(" %s=", name);
	for (size_t i = 0; i < size; i++)
		putchar(bytes[i] ? bytes[i] : (i + 1 < size ? '|' : ' '));
}

static void print_partners(const char *name,
			   const struct ni_trace_partner partners[NI_PARTNERS])
{
	for (unsigned i = 0; i < NI_PARTNERS; i++)
		if (partners[i].site)
			printf(" %s=%u*%u", name, partners[i].site,
			       partners[i].count);
}

static void print_site(uint32_t ref, const struct ni_trace_site *site)
{
	printf("site id=%u number=%u type=%s family=%d inheritable=%u atomic=%u marked=%u"
	       " threaded=%u passed=%u closed=%u max_ns=%llu", ref, site->number,
	       type_names[site->type], site->family, site->inheritable,
	       site->atomic, site->marked, site->marked_threaded, site->passed,
	       site->closed, (unsigned long long)site->window_ns_max);
	print_partners("marker", site->markers);
	print_partners("closer", site->closers);
	print_stack("stack", ref);
}

static void print_exec(uint32_t ref, const struct ni_trace_exec *exec)
{
	const char *bytes = (const char *)(exec + 1);

	printf("exec id=%u device=%llu inode=%llu", ref,
	       (unsigned long long)exec->device,
	       (unsigned long long)exec->inode);
	printf(" pid=%u ppid=%u child=%u count=%u failed=%u error=%d"
	       " held=%u more=%u flags=%u", exec->pid, exec->ppid,
	       exec->child, exec->count, exec->failed, exec->error, exec->held,
	       exec->held_more, exec->flags);
	printf(" path=%.*s", exec->path_size, bytes);
	print_words("argv", bytes + exec->path_size, exec->argv_size);
	print_stack("stack", exec->site);
}

static void print_held(const struct ni_trace_held *held)
{
	printf("held exec=%u count=%u passed=%s flags=%u", held->exec,
	       held->count, passed_names[held->passed], held->flags);
	print_what(&held->what);
	print_stack("created", held->created);
	print_stack("at", held->at);
}

static void print_finding(const struct ni_trace_head *head)
{
	const struct ni_trace_unclosed *unclosed = (const void *)head;
	const struct ni_trace_double_close *twice = (const void *)head;
	const struct ni_trace_wrong_flag *wrong = (const void *)head;

	switch (head->kind) {
	case NI_RECORD_UNCLOSED:
		printf("unclosed pid=%u count=%u", unclosed->pid,
		       unclosed->count);
		print_what(&unclosed->what);
		print_stack("created", unclosed->created);
		break;
	case NI_RECORD_DOUBLE_CLOSE:
		printf("double-close pid=%u fd=%d count=%u type=%s", twice->pid,
		       twice->fd, twice->count, type_names[twice->type]);
		print_stack("created", twice->created);
		print_stack("first", twice->first);
		print_stack("second", twice->second);
		break;
	case NI_RECORD_WRONG_FLAG:
		printf("wrong-flag pid=%u fd=%d count=%u command=%d argument=%lld",
		       wrong->pid, wrong->fd, wrong->count, wrong->command,
		       (long long)wrong->argument);
		print_stack("created", wrong->created);
		print_stack("site", wrong->site);
	}
}

static void print_open(const struct ni_trace_open *open)
{
	static const char *const states[] = { "free", "live", "execs" };

	printf("open pid=%u first=%u state=%s time=%llu", open->pid,
	       open->first, states[open->state],
	       (unsigned long long)open->time_ns);
	for (unsigned i = 0; i < NI_OPEN_COUNTS; i++)
		if (open->counts[i].peak)
			printf(" n%u=%u/%u/%u/%u", open->first + i,
			       open->counts[i].open, open->counts[i].peak,
			       open->counts[i].peak_ms,
			       open->counts[i].doubled_ms);
}

static void print_exhausted(const struct ni_trace_exhausted *exhausted)
{
	printf("exhausted pid=%u count=%u error=%d limit=%u open=%u others=%u",
	       exhausted->pid, exhausted->count, exhausted->error,
	       exhausted->limit, exhausted->open, exhausted->others);
	for (unsigned i = 0; i < exhausted->holders_count; i++)
		printf(" h%u=%u*%u", i, exhausted->holders[i].created,
		       exhausted->holders[i].count);
	print_stack("site", exhausted->site);
}

static void print_record(uint32_t ref)
{
	const struct ni_trace_head *head = at(ref);
	const struct ni_trace_fork *fork_record = (const void *)head;
	const struct ni_trace_exec_again *again = (const void *)head;
	const struct ni_trace_exit *exit_record = (const void *)head;
	const struct ni_trace_stopped *stopped = (const void *)head;
	const struct ni_trace_sample *sample = (const void *)head;
	const struct ni_trace_arrived *arrived = (const void *)head;
	const struct ni_trace_module *module = (const void *)head;

	switch (head->kind) {
	case NI_RECORD_MODULE:
		printf("module number=%u path=%.*s", module->number,
		       module->path_size,
		       (const char *)(module + 1) + module->build_id_size);
		break;
	case NI_RECORD_SITE: print_site(ref, at(ref)); break;
	case NI_RECORD_SAMPLE:
		printf("sample site=%u", sample->site);
		print_what(&sample->what);
		break;
	case NI_RECORD_ARRIVED:
		printf("arrived");
		print_what(&arrived->what);
		break;
	case NI_RECORD_FORK:
		printf("fork pid=%u ppid=%u", fork_record->pid,
		       fork_record->ppid);
		break;
	case NI_RECORD_EXEC: print_exec(ref, at(ref)); break;
	case NI_RECORD_EXEC_AGAIN:
		printf("again exec=%u pid=%u child=%u error=%d", again->exec,
		       again->pid, again->child, again->error);
		break;
	case NI_RECORD_HELD: print_held(at(ref)); break;
	case NI_RECORD_EXIT:
		printf("exit pid=%u open=%u", exit_record->pid,
		       exit_record->open);
		break;
	case NI_RECORD_STOPPED:
		printf("stopped pid=%u reason=%u", stopped->pid,
		       stopped->reason);
		break;
	case NI_RECORD_OPEN: print_open(at(ref)); break;
	case NI_RECORD_EXHAUSTED: print_exhausted(at(ref)); break;
	default: print_finding(head);
	}
	putchar('\n');
}

static void print_header(void)
{
	const char *strings = (const char *)trace->strings;

	printf("image pid=%u ppid=%u flags=%u arrived=%u cells=%u/%u",
	       trace->pid, trace->ppid, trace->flags, trace->arrived,
	       trace->cells_used, trace->cells_count);
	for (unsigned i = 0; i < NI_DROPPED_KINDS; i++)
		if (trace->dropped[i])
			printf(" dropped%u=%u", i, trace->dropped[i]);
	printf(" exe=%.*s", trace->exe_size, strings);
	print_words("argv", strings + trace->exe_size, trace->argv_size);
	strings += trace->exe_size + trace->argv_size;
	printf(" execfn=%.*s cwd=%.*s", trace->execfn_size, strings,
	       trace->cwd_size, strings + trace->execfn_size);
	putchar('\n');
}

static void dump(const char *path)
{
	unsigned torn = 0;
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) < 0) {
		perror(path);
		exit(125);
	}
	if (!status.st_size) {
		printf("empty file=%s\n", path);
		close(fd);
		return;
	}
	trace = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (trace == MAP_FAILED) {
		perror(path);
		exit(125);
	}
	print_header();
	for (uint32_t ref = 1; ref < end_of_records(); ref = next_record(ref)) {
		const struct ni_trace_head *head = at(ref);

		if (head->state == NI_STATE_PUBLISHED)
			print_record(ref);
		else if (head->state != NI_STATE_VOID)
			torn++;
	}
	if (torn)
		printf("torn count=%u\n", torn);
	munmap((void *)trace, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		dump(argv[i]);
	return 0;
}
