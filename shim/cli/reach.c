/*
 * reach.c - whether a preloaded library gets into a program.
 */
#include "reach.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "elf_facts.h"
#include "elf_versions.h"
#include "preload_list.h"
#include "program.h"
#include "script.h"

/* The kernel follows five scripts; env(1) may start the count anew. */
#define MOST_SCRIPTS 5
#define MOST_STEPS 20

/* A program on the way: the file, or an interpreter that it names. */
struct step {
	char path[PATH_MAX];
	int fd;
	unsigned scripts;
	const char *object;	/* what is to be preloaded */
	struct ni_elf_facts own; /* of this command: what it is built for */
	int is_env;		/* a script named env(1), and this to run */
	struct ni_env_script env;
	struct ni_reach *reach;
};

/* The end of the walk: what decided, and why. Returns 1. */
__attribute__((format(printf, 4, 5)))
static int decide(struct step *step, enum ni_reach_answer answer,
		  const char *advice, const char *why, ...)
{
	struct ni_reach *reach = step->reach;
	va_list arguments;

	reach->answer = answer;
	reach->advice = advice;
	strcpy(reach->file, step->path);
	va_start(arguments, why);
	vsnprintf(reach->why, sizeof(reach->why), why, arguments);
	va_end(arguments);
	return 1;
}

/* Not reached, and worse: the object is loaded, and stops the program. */
static int harmed(struct step *step)
{
	step->reach->is_harmed = 1;
	return 1;
}

/* ---- an ELF program: each check answers 1 where it decides ---- */

static const char *other_kind(unsigned type)
{
	switch (type) {
	case ET_REL:
		return "an object file";
	case ET_CORE:
		return "a core dump";
	default:
		return NULL;
	}
}

static int check_sound(struct step *step, const struct ni_elf_facts *facts)
{
	const char *kind = other_kind(facts->type);

	if (kind)
		return decide(step, NI_REACH_CANNOT_RUN, NULL,
			      "it is %s, not a program", kind);
	if (facts->damage)
		return decide(step, NI_REACH_CANNOT_RUN, NULL,
			      "it is a damaged program: %s", facts->damage);
	if (facts->type != ET_EXEC && facts->type != ET_DYN)
		return decide(step, NI_REACH_CANNOT_RUN, NULL,
			      "it is no program: its ELF type is %u",
			      facts->type);
	return 0;
}

static const char *bits(const struct ni_elf_facts *facts)
{
	return facts->class == ELFCLASS32 ? "32-bit" : "64-bit";
}

static void describe_machine(const struct ni_elf_facts *facts, char text[64])
{
	const char *name = ni_elf_machine_name(facts->machine);
	const char *order = facts->order == ELFDATA2MSB ? " big-endian" : "";

	if (name)
		snprintf(text, 64, "%s %s%s", bits(facts), name, order);
	else
		snprintf(text, 64, "%s machine %u%s", bits(facts),
			 facts->machine, order);
}

static int check_machine(struct step *step, const struct ni_elf_facts *facts)
{
	char theirs[64], ours[64];

	if (facts->class == step->own.class && facts->order == step->own.order &&
	    facts->machine == step->own.machine)
		return 0;
	/* i386 and x32 programs do run here. */
	step->reach->is_foreign = !(step->own.machine == EM_X86_64 &&
				    (facts->machine == EM_386 ||
				     facts->machine == EM_X86_64));
	describe_machine(facts, theirs);
	describe_machine(&step->own, ours);
	return decide(step, NI_NOT_REACHED,
		      "it needs a noinherit that is built for it",
		      "it is a %s program and this noinherit is for %s",
		      theirs, ours);
}

/* Set-id bits count where the kernel heeds them. */
static int heeds_set_id(int fd)
{
	struct statvfs filesystem;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return 0;
	return fstatvfs(fd, &filesystem) < 0 ||
	       !(filesystem.f_flag & ST_NOSUID);
}

/*
 * What makes the kernel start it with AT_SECURE (security/commoncap.c): ids that
 * differ after exec, or file capabilities for anybody but root. For the owner
 * of a set-user-ID program nothing changes, and it is a program like any other.
 */
static const char *why_secure(int fd)
{
	const mode_t group_bits = S_ISGID | S_IXGRP;
	int heeds = heeds_set_id(fd), sets_user, sets_group;
	struct stat status;

	if (fstat(fd, &status) < 0)
		return NULL;
	sets_user = heeds && (status.st_mode & S_ISUID);
	sets_group = heeds && (status.st_mode & group_bits) == group_bits;
	if ((sets_user ? status.st_uid : geteuid()) != getuid())
		return sets_user ? "it is a set-user-ID program" :
				   "real and effective user differ";
	if ((sets_group ? status.st_gid : getegid()) != getgid())
		return sets_group ? "it is a set-group-ID program" :
				    "real and effective group differ";
	if (heeds && getuid() != 0 &&
	    fgetxattr(fd, "security.capability", NULL, 0) > 0)
		return "it has file capabilities";
	return NULL;
}

static int check_secure(struct step *step)
{
	const char *why = why_secure(step->fd);

	if (!why)
		return 0;
	return decide(step, NI_NOT_REACHED,
		      "/etc/ld.so.preload reaches it",
		      "%s: its loader ignores LD_PRELOAD", why);
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int check_static(struct step *step, const struct ni_elf_facts *facts)
{
	if (facts->loader[0])
		return 0;
	/* The loader itself, as in `ld.so PROGRAM`, heeds LD_PRELOAD. */
	if (facts->soname[0] &&
	    !strcmp(file_name(facts->soname), file_name(step->own.loader)))
		return decide(step, NI_REACHED, NULL, "%s", "");
	if (facts->type == ET_DYN && facts->soname[0] && !facts->says_program)
		return decide(step, NI_REACH_CANNOT_RUN, NULL,
			      "it is a shared library, not a program");
	return decide(step, NI_NOT_REACHED, "link it dynamically",
		      "it is statically linked: no loader that preloads");
}

static const char *library_of_loader(const char *loader)
{
	static const struct {
		const char *prefix, *library;
	} rows[] = {
		{ "ld-musl-", "musl" },
		{ "ld-uClibc", "uClibc" },
		{ "ld64-uClibc", "uClibc" },
		{ "linker", "Android's C library" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strncmp(file_name(loader), rows[i].prefix,
			     strlen(rows[i].prefix)))
			return rows[i].library;
	return "another C library";
}

/* Another tree of the same C library takes the object too, if it is not too
 * old for it; one that is stops the program. */
static int check_tree(struct step *step, const struct ni_elf_facts *facts)
{
	char loader[PATH_MAX], own[PATH_MAX], version[NI_ELF_NAME_MAX];

	if (!realpath(facts->loader, loader))
		return decide(step, NI_REACH_NOT_FOUND, NULL,
			      "its loader '%s' cannot be found: %s",
			      facts->loader, strerror(errno));
	if (realpath(step->own.loader, own) && !strcmp(loader, own))
		return 0;
	strcpy(own, loader);
	strcpy(strrchr(own, '/') + 1, "libc.so.6");
	if (strlen(loader) + sizeof("libc.so.6") > PATH_MAX ||
	    ni_elf_lacks_version(step->object, own, version) != 1)
		return 0;
	decide(step, NI_NOT_REACHED, "it needs a noinherit that is built for it",
	       "its C library '%s' is too old for the shim, it lacks %s", own,
	       version);
	return harmed(step);
}

static int check_library(struct step *step, const struct ni_elf_facts *facts)
{
	if (!strcmp(file_name(facts->loader), file_name(step->own.loader)))
		return check_tree(step, facts);
	decide(step, NI_NOT_REACHED, "it needs a noinherit that is built for it",
	       "it uses %s (loader '%s')", library_of_loader(facts->loader),
	       facts->loader);
	return harmed(step);
}

static int check_go(struct step *step, const struct ni_elf_facts *facts)
{
	if (!facts->is_go)
		return 0;
	return decide(step, NI_NOT_REACHED, NULL,
		      "it is a Go program, which makes its system calls itself");
}

static int check_sanitizer(struct step *step, const struct ni_elf_facts *facts)
{
	const char *option = "verify_asan_link_order=0";
	const char *set = getenv("ASAN_OPTIONS"), *list = getenv("LD_PRELOAD");

	if (!facts->needs_address_sanitizer || (set && strstr(set, option)) ||
	    ni_preload_list_has(list, "libasan.so") ||
	    ni_preload_list_has(list, "libclang_rt.asan"))
		return 0;
	decide(step, NI_NOT_REACHED, "set ASAN_OPTIONS=verify_asan_link_order=0",
	       "AddressSanitizer, which it is linked with, must be loaded first");
	return harmed(step);
}

/* ---- the walk: each answers 0 where step->path is the next to look at ---- */

static int go_to(struct step *step, const char *name, const char *search_path,
		 const char *what)
{
	char path[PATH_MAX];
	int r = ni_find_program(name, search_path, path);

	if (r < 0)
		return decide(step, r == -ENOENT || r == -ENOTDIR ?
				NI_REACH_NOT_FOUND : NI_REACH_CANNOT_RUN, NULL,
			      "%s '%s' cannot be run: %s", what, name,
			      strerror(-r));
	strcpy(step->path, path);
	return 0;
}

/* A script's interpreter is reached; env(1) then becomes another program. */
static int leave_program(struct step *step)
{
	int is_env = step->is_env;

	step->is_env = 0;
	if (is_env && step->env.clears_environment)
		return decide(step, NI_NOT_REACHED, NULL,
			      "it is told to clear the environment, and LD_PRELOAD with it");
	if (!is_env || !step->env.command[0])
		return decide(step, NI_REACHED, NULL, "%s", "");
	step->scripts = 0;
	return go_to(step, step->env.command, getenv("PATH"), "its interpreter");
}

static int look_at_elf(struct step *step)
{
	struct ni_elf_facts facts;

	if (ni_elf_facts_read(step->fd, &facts) < 0)
		return decide(step, NI_REACH_UNKNOWN, NULL, "it cannot be read");
	return check_sound(step, &facts) || check_machine(step, &facts) ||
	       check_static(step, &facts) || check_library(step, &facts) ||
	       check_secure(step) || check_go(step, &facts) ||
	       check_sanitizer(step, &facts) ||
	       leave_program(step);
}

/* The kernel takes the interpreter's path as it is and searches nowhere. */
static int look_at_script(struct step *step, const struct ni_script *script)
{
	char path[PATH_MAX];

	if (++step->scripts > MOST_SCRIPTS)
		return decide(step, NI_REACH_CANNOT_RUN, NULL,
			      "it is a script of a script of a script, too deep for the kernel");
	snprintf(path, sizeof(path), "%s%s",
		 strchr(script->interpreter, '/') ? "" : "./",
		 script->interpreter);
	if (!strcmp(file_name(path), "env")) {
		ni_env_script_read(script->argument, &step->env);
		step->is_env = 1;
	}
	return go_to(step, path, NULL, "its interpreter");
}

static int look(struct step *step)
{
	char head[NI_SCRIPT_HEAD];
	struct ni_script script;
	ssize_t size = pread(step->fd, head, sizeof(head), 0);

	if (size < 0)
		return decide(step, NI_REACH_UNKNOWN, NULL,
			      "it cannot be read: %s", strerror(errno));
	if (size >= SELFMAG && !memcmp(head, ELFMAG, SELFMAG))
		return look_at_elf(step);
	if (ni_script_read(head, (size_t)size, &script) == 0)
		return look_at_script(step, &script);
	if (ni_script_is_text(head, (size_t)size))
		return go_to(step, "/bin/sh", NULL, "its shell");
	return decide(step, NI_REACH_CANNOT_RUN, NULL,
		      "it is neither an ELF file nor a script");
}

static int step_on(struct step *step)
{
	int decided;

	step->fd = open(step->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (step->fd < 0)
		return decide(step, NI_REACH_UNKNOWN, NULL,
			      "it cannot be read: %s", strerror(errno));
	decided = look(step);
	close(step->fd);
	return decided;
}

static int read_own_facts(struct ni_elf_facts *own)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = ni_elf_facts_read(fd, own);
	close(fd);
	return r;
}

void ni_reach_of(const char *path, const char *object, struct ni_reach *reach)
{
	struct step step = { .object = object, .reach = reach };
	int decided;

	reach->is_harmed = reach->is_foreign = 0;
	snprintf(step.path, sizeof(step.path), "%s", path);
	decided = read_own_facts(&step.own) < 0 &&
		  decide(&step, NI_REACH_UNKNOWN, "mount /proc",
			 "noinherit cannot read its own program file");
	for (unsigned i = 0; !decided && i < MOST_STEPS; i++)
		decided = step_on(&step);
	if (!decided)
		decide(&step, NI_REACH_CANNOT_RUN, NULL,
		       "its interpreters go round in a circle");
}
