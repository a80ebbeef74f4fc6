/*
 * main.c - the fuzzer of rule 0: never weaker than native.
 *
 *   rule_zero SHIM OTHER DIRECTORY
 *
 * DIRECTORY is where all of it runs: a program that goes astray writes there.
 * Each random program runs twice, natively and under SHIM, in a child of a
 * process that was started so; the two are compared. In the environment:
 *   COUNT   how many programs (1000)      SEED  of the first (1)
 *   JOBS    pairs of processes (the number of processors)
 *   INLINE  1: with system calls that no shim can see
 *   SHOW    how many kinds of failures are shrunk and printed (1); with 1 the
 *           run ends there
 *   PRINT   1: the program of SEED is printed, with its answers
 *
 * Exit status: 0, or 1 if a program failed; 125 for trouble.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "driver.h"
#include "world.h"

enum { KINDS_MAX = 64, PATIENCE_S = 120, TROUBLE = 125 };

struct pair {
	struct control *native, *shim;
	bool is_inline;
};

/* Shared by all pairs. */
struct totals {
	uint64_t programs, steps, images;
	uint64_t verdicts[VERDICTS];
	uint32_t kinds_count;
	uint64_t kinds[KINDS_MAX];
};

static struct options {
	const char *shim, *other, *directory;
	uint64_t seed, count, show, jobs;
	bool is_inline, does_print;
} options;

static struct totals *totals;

static __attribute__((noreturn)) void fail(const char *what)
{
	fprintf(stderr, "rule_zero: %s: %s\n", what, strerror(errno));
	exit(TROUBLE);
}

static void *map(long fd, size_t size)
{
	return (void *)ni_raw6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE,
			       MAP_SHARED, fd, 0);
}

/* ---- a futex in each direction, so that no descriptor is held ---- */

static void wait_while(uint32_t *word, uint32_t seen)
{
	const struct timespec patience = { .tv_sec = PATIENCE_S };

	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == seen)
		if (ni_raw6(SYS_futex, (long)word, FUTEX_WAIT, (int)seen,
			    (long)&patience, 0, 0) == -ETIMEDOUT)
			fail("a run has no end");
}

static void raise_by_one(uint32_t *word)
{
	__atomic_add_fetch(word, 1, __ATOMIC_RELEASE);
	ni_raw6(SYS_futex, (long)word, FUTEX_WAKE, 1, 0, 0, 0);
}

/* ---- in the process that runs programs ---- */

static void open_control(const char *path)
{
	long fd = ni_raw6(SYS_openat, AT_FDCWD, (long)path, O_RDWR, 0, 0, 0);
	long length;

	world.control_path = path;
	world.control = map(fd, sizeof(struct control));
	ni_raw3(SYS_close, fd, 0, 0);
	length = ni_raw6(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe",
			 (long)world.self, sizeof(world.self) - 1, 0, 0);
	world.self[length > 0 ? length : 0] = '\0';
}

/* A block in which an exec took place ends in the new image, without its
 * beginning. */
static __attribute__((noreturn)) void run_from(unsigned first)
{
	const struct program *program = &world.control->program;

	world.is_main = true;
	while (first < program->count)
		first = run_steps(first) + 1;
	_exit(0);
}

static void start_runner(void)
{
	static struct table own;
	struct control *control = world.control;
	uint32_t seen = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;; raise_by_one(&control->answer)) {
		pid_t child;

		while (__atomic_load_n(&control->command, __ATOMIC_ACQUIRE) ==
		       seen)
			ni_raw6(SYS_futex, (long)&control->command, FUTEX_WAIT,
				(int)seen, 0, 0, 0);
		seen = control->command;
		if (control->is_over)
			_exit(0);
		child = fork();
		if (!child) {
			table = &own;
			alarm(PATIENCE_S / 3);
			run_from(0);
		}
		while (waitpid(child, &control->status, 0) < 0 &&
		       errno == EINTR)
			;
	}
}

/* What the shim is allowed to keep back is closed in both runs, so that the
 * same numbers are free. */
static void drop_unhanded(const struct image *image)
{
	for (uint32_t i = 0; i < image->count; i++) {
		const struct arrival *arrival = &image->arrivals[i];
		uint64_t bit = UINT64_C(1) << arrival->fd;

		if ((image->forced & bit) && (!S_ISSOCK(arrival->mode) ||
		    arrival->is_log ||
		    ((image->unproved | image->either) & bit))) {
			/* Not a raw call: the shim may know this number. */
			close(arrival->fd);
			set_forced(arrival->fd, false);
		}
	}
}

static void be_new_image(char **argv)
{
	static struct arrival arrivals[FDS];
	static struct table own;
	uint32_t count = list_descriptors(arrivals);
	unsigned index = (unsigned)atoi(argv[2]);
	unsigned next = (unsigned)atoi(argv[3]);
	struct image *image;

	open_control(argv[1]);
	image = &world.control->images[index];
	note_image(world.control, index, arrivals, count);
	if (!next)
		_exit(0);
	table = &own;
	own.forced = image->forced;
	drop_unhanded(image);
	run_from(next);
}

/* ---- in the driver ---- */

static void become_runner(const char *path, const char *preload)
{
	char variable[PATH_SIZE + 16];
	char *argv[] = { "rule_zero", "--run", (char *)path, NULL };
	char *envp[] = { "PATH=/usr/bin:/bin", "VPNFD=3", "TERM=dumb",
			 preload ? variable : NULL, NULL };
	struct rlimit limit = { WORK_FDS + 16, WORK_FDS + 16 };
	int null = open("/dev/null", O_RDWR);

	snprintf(variable, sizeof(variable), "LD_PRELOAD=%s",
		 preload ? preload : "");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	syscall(SYS_close_range, 3, ~0U, 0);
	setrlimit(RLIMIT_NOFILE, &limit);
	execve("/proc/self/exe", argv, envp);
	_exit(TROUBLE);
}

static struct control *start_side(unsigned number, const char *name,
				  const char *preload)
{
	char path[PATH_SIZE];
	struct control *control;
	int fd;

	snprintf(path, sizeof(path), "%s/%s%u", options.directory, name,
		 number);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(struct control)) < 0)
		fail(path);
	control = map(fd, sizeof(*control));
	close(fd);
	snprintf(control->directory, sizeof(control->directory), "%s",
		 options.directory);
	snprintf(control->other, sizeof(control->other), "%s", options.other);
	if (!fork())
		become_runner(path, preload);
	return control;
}

static void end_side(struct control *control)
{
	control->is_over = 1;
	raise_by_one(&control->command);
	wait(NULL);
}

static void reset(struct control *control, const struct program *program)
{
	control->program = *program;
	control->tags_count = 0;
	memset(control->results, -1, sizeof(control->results));
	for (unsigned i = 0; i < STEPS_MAX; i++) {
		control->answers[i] = INT32_MIN;
		control->images[i].is_there = 0;
		control->images[i].count = 0;
	}
}

struct finding try_program(struct pair *pair, const struct program *program)
{
	struct control *sides[] = { pair->native, pair->shim };

	for (unsigned i = 0; i < 2; i++) {
		uint32_t seen = sides[i]->answer;

		reset(sides[i], program);
		raise_by_one(&sides[i]->command);
		wait_while(&sides[i]->answer, seen);
	}
	return judge(pair->native, pair->shim, pair->is_inline);
}

/* ---- failures ---- */

static uint64_t kind_of(const struct program *program, enum verdict verdict)
{
	uint64_t kind = verdict;

	for (unsigned i = 0; i < program->count; i++) {
		const struct step *step = &program->steps[i];
		uint8_t shape = ops[step->op].shape;
		bool is_exec = shape == EXEC || shape == SPAWN;

		kind = kind * 1099511628211U +
		       (is_exec ? step->environment : step->op + 7U);
	}
	return kind;
}

static bool is_new_kind(uint64_t kind)
{
	uint32_t count = __atomic_load_n(&totals->kinds_count,
					 __ATOMIC_RELAXED);

	for (uint32_t i = 0; i < count && i < KINDS_MAX; i++)
		if (totals->kinds[i] == kind)
			return false;
	count = __atomic_fetch_add(&totals->kinds_count, 1, __ATOMIC_RELAXED);
	if (count < KINDS_MAX)
		totals->kinds[count] = kind;
	return count < options.show && count < KINDS_MAX;
}

static void print_finding(const struct pair *pair, uint64_t seed,
			  const struct finding *finding,
			  const struct program *program)
{
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	fprintf(stream, "SEED=%llu: %s (step %u, descriptor %d):\n",
		(unsigned long long)seed, verdict_texts[finding->verdict],
		finding->step, finding->fd);
	print_program(stream, program, pair->native, pair->shim);
	fputc('\n', stream);
	fclose(stream);
	/* In one write, so that the lines of the pairs are not mixed. */
	if (write(STDOUT_FILENO, text, size) < 0)
		fail("standard output");
	free(text);
}

static void report(struct pair *pair, uint64_t seed, struct program *program,
		   struct finding finding)
{
	if (__atomic_load_n(&totals->kinds_count, __ATOMIC_RELAXED) >=
	    options.show)
		return;
	shrink(pair, program, finding.verdict);
	finding = judge(pair->native, pair->shim, pair->is_inline);
	if (is_new_kind(kind_of(program, finding.verdict)))
		print_finding(pair, seed, &finding, program);
}

static void count_run(const struct control *control)
{
	uint64_t images = 0;

	for (unsigned i = 0; i < control->program.count; i++)
		images += control->images[i].is_there;
	__atomic_add_fetch(&totals->programs, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&totals->steps, control->program.count,
			   __ATOMIC_RELAXED);
	__atomic_add_fetch(&totals->images, images, __ATOMIC_RELAXED);
}

static bool is_over(void)
{
	return options.show == 1 &&
	       __atomic_load_n(&totals->kinds_count, __ATOMIC_RELAXED);
}

static void run_pair(unsigned number)
{
	struct pair pair = {
		.native = start_side(number, "native", NULL),
		.shim = start_side(number, "shim", options.shim),
		.is_inline = options.is_inline,
	};

	for (uint64_t i = number; i < options.count && !is_over();
	     i += options.jobs) {
		struct program program;
		struct finding finding;

		generate(&program, options.seed + i, options.is_inline);
		finding = try_program(&pair, &program);
		count_run(pair.native);
		__atomic_add_fetch(&totals->verdicts[finding.verdict], 1,
				   __ATOMIC_RELAXED);
		if (options.does_print)
			print_finding(&pair, options.seed + i, &finding,
				      &program);
		else if (finding.verdict)
			report(&pair, options.seed + i, &program, finding);
	}
	end_side(pair.native);
	end_side(pair.shim);
	_exit(0);
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

/* An absolute path works from every directory. */
static const char *absolute(const char *path)
{
	char *here, *result;

	if (*path == '/')
		return path;
	here = getcwd(NULL, 0);
	if (!here || asprintf(&result, "%s/%s", here, path) < 0)
		fail(path);
	free(here);
	return result;
}

static void read_options(char **argv)
{
	options.shim = absolute(argv[1]);
	options.other = absolute(argv[2]);
	options.directory = absolute(argv[3]);
	options.does_print = number_from("PRINT", 0);
	options.count = options.does_print ? 1 : number_from("COUNT", 1000);
	options.seed = number_from("SEED", 1);
	options.show = number_from("SHOW", 1);
	options.jobs = number_from("JOBS",
				   (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	options.is_inline = number_from("INLINE", 0);
}

static void make_world(void)
{
	char path[PATH_SIZE + 32];

	for (unsigned i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/file%u", options.directory, i);
		close(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
		snprintf(path, sizeof(path), "%s/folder%u", options.directory,
			 i);
		mkdir(path, 0700);
	}
	snprintf(path, sizeof(path), "%s/text", options.directory);
	close(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0700));
}

static int print_totals(double seconds)
{
	uint64_t failed = totals->programs - totals->verdicts[FINE];

	printf("%llu programs, %llu steps, %llu images, %.0f programs/s: "
	       "%llu failed\n", (unsigned long long)totals->programs,
	       (unsigned long long)totals->steps,
	       (unsigned long long)totals->images,
	       (double)totals->programs / seconds, (unsigned long long)failed);
	for (int i = FINE + 1; i < VERDICTS; i++)
		if (totals->verdicts[i])
			printf("%8llu  %s\n",
			       (unsigned long long)totals->verdicts[i],
			       verdict_texts[i]);
	return failed != 0;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int drive(char **argv)
{
	double start = now();
	int status, worst = 0;

	read_options(argv);
	if (chdir(options.directory))
		fail(options.directory);
	make_world();
	provide_log(options.directory);
	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (totals == MAP_FAILED)
		fail("mmap");
	fflush(stdout);
	for (unsigned i = 0; i < options.jobs; i++)
		if (!fork())
			run_pair(i);
	for (unsigned i = 0; i < options.jobs; i++)
		if (wait(&status) > 0 && status)
			worst = TROUBLE;
	status = print_totals(now() - start);
	return worst ? worst : status;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[0], "program"))
		be_new_image(argv);
	if (argc == 3 && !strcmp(argv[1], "--run")) {
		open_control(argv[2]);
		start_runner();
	}
	if (argc == 4)
		return drive(argv);
	fprintf(stderr, "usage: rule_zero SHIM OTHER DIRECTORY\n");
	return TROUBLE;
}
