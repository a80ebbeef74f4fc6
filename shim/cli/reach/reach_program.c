/*
 * reach_program.c - whether the loader of an ELF program preloads into it.
 *
 * Each check answers 1 where it decides, and 0 where it leaves that to the next.
 */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/reach/binfmt.h"
#include "cli/reach/elf_language.h"
#include "cli/reach/elf_versions.h"
#include "cli/preload_list.h"
#include "cli/reach/reach_parts.h"
#include "common/base_name.h"

static const char needs_other_build[] =
	"it needs a noinherit that is built for it";

/* Not reached, and worse: the object is loaded, and stops the program. */
static int harmed(struct ni_reach_step *step)
{
	step->reach->is_harmed = 1;
	return 1;
}

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

static int check_sound(struct ni_reach_step *step,
		       const struct ni_elf_facts *facts)
{
	const char *kind = other_kind(facts->type);

	if (kind)
		return ni_reach_decide(step, NI_REACH_CANNOT_RUN, NULL,
				       "it is %s, not a program", kind);
	if (facts->damage)
		return ni_reach_decide(step, NI_REACH_CANNOT_RUN, NULL,
				       "it is a damaged program: %s",
				       facts->damage);
	if (facts->type != ET_EXEC && facts->type != ET_DYN)
		return ni_reach_decide(step, NI_REACH_CANNOT_RUN, NULL,
				       "it is not a program: its ELF type is %u",
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

static bool is_musl(const char *loader)
{
	return !strncmp(ni_base_name(loader), "ld-musl-", strlen("ld-musl-"));
}

/* glibc's loader skips an object for another machine. musl's takes one of its
 * own word size for its own, and ends the program. */
static int foreign(struct ni_reach_step *step, const struct ni_elf_facts *facts)
{
	return is_musl(facts->loader) && facts->class == step->own.class ?
		harmed(step) : 1;
}

static int check_machine(struct ni_reach_step *step,
			 const struct ni_elf_facts *facts)
{
	char theirs[64], ours[64];

	if (facts->class == step->own.class && facts->order == step->own.order &&
	    facts->machine == step->own.machine)
		return 0;
	/* i386 and x32 programs do run here. */
	step->reach->is_foreign = !(step->own.machine == EM_X86_64 &&
				    (facts->machine == EM_386 ||
				     facts->machine == EM_X86_64)) &&
				  !ni_binfmt_takes(step->fd);
	describe_machine(facts, theirs);
	describe_machine(&step->own, ours);
	ni_reach_decide(step, NI_NOT_REACHED, needs_other_build,
			"it is a %s program and this noinherit is for %s",
			theirs, ours);
	return foreign(step, facts);
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

static int check_secure(struct ni_reach_step *step)
{
	const char *why = why_secure(step->fd);

	if (!why)
		return 0;
	return ni_reach_decide(step, NI_NOT_REACHED,
			       "/etc/ld.so.preload reaches it",
			       "%s: its loader ignores LD_PRELOAD", why);
}

/* Nothing more can be known than which library makes its sockets. */
static int decide_static(struct ni_reach_step *step,
			 const struct ni_elf_facts *facts)
{
	switch (facts->is_go ? NI_ELF_GO : ni_elf_language(step->fd)) {
	case NI_ELF_GO:
		return ni_reach_decide(step, NI_NOT_REACHED,
				       "its net package sets close-on-exec itself, 'noinherit scan' shows what does not",
				       "it is a Go program, statically linked: no loader that preloads");
	case NI_ELF_RUST:
		return ni_reach_decide(step, NI_NOT_REACHED,
				       "its standard library sets close-on-exec itself, 'noinherit scan' shows what does not",
				       "it is a Rust program, statically linked: no loader that preloads");
	default:
		return ni_reach_decide(step, NI_NOT_REACHED,
				       "link it dynamically, or see with 'noinherit scan' what it holds inheritable",
				       "it is statically linked, in C or the like: no loader that preloads");
	}
}

static int check_static(struct ni_reach_step *step,
			const struct ni_elf_facts *facts)
{
	if (facts->loader[0])
		return 0;
	/* The loader itself, as in `ld.so PROGRAM`, heeds LD_PRELOAD. */
	if (facts->soname[0] && !strcmp(ni_base_name(facts->soname),
					ni_base_name(step->own.loader)))
		return ni_reach_accept(step);
	if (facts->type == ET_DYN && facts->soname[0] && !facts->says_program)
		return ni_reach_decide(step, NI_REACH_CANNOT_RUN, NULL,
				       "it is a shared library, not a program");
	return decide_static(step, facts);
}

/* The kernel makes those, for requests that lie in shared memory. */
static void note_io_uring(struct ni_reach_step *step,
			  const struct ni_elf_facts *facts)
{
	if (facts->needs_io_uring)
		step->reach->note = "but for descriptors that io_uring makes: it links liburing";
}

static const char *library_of_loader(const char *loader)
{
	static const struct {
		const char *prefix, *library;
	} rows[] = {
		{ "ld-uClibc", "uClibc" },
		{ "ld64-uClibc", "uClibc" },
		{ "linker", "Android's C library" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strncmp(ni_base_name(loader), rows[i].prefix,
			     strlen(rows[i].prefix)))
			return rows[i].library;
	return "another C library";
}

/* The C library that lies beside a loader. */
static int library_beside(const char *loader, char library[PATH_MAX])
{
	return snprintf(library, PATH_MAX, "%.*slibc.so.6",
			(int)(ni_base_name(loader) - loader), loader) < PATH_MAX;
}

static int check_loader(struct ni_reach_step *step,
			const struct ni_elf_facts *facts)
{
	if (access(facts->loader, F_OK) == 0)
		return 0;
	return ni_reach_decide(step, NI_REACH_NOT_FOUND, NULL,
			       "its loader '%s' cannot be found: %s",
			       facts->loader, strerror(errno));
}

/* The same C library from another tree takes the object, too, unless it is too
 * old for it: then the object stops the program. */
static int check_tree(struct ni_reach_step *step,
		      const struct ni_elf_facts *facts)
{
	char loader[PATH_MAX], own[PATH_MAX], library[PATH_MAX];
	char version[NI_ELF_NAME_MAX];

	if (!realpath(facts->loader, loader))
		return ni_reach_decide(step, NI_REACH_NOT_FOUND, NULL,
				       "its loader '%s' cannot be found: %s",
				       facts->loader, strerror(errno));
	if (realpath(step->own.loader, own) && !strcmp(loader, own))
		return 0;
	if (!library_beside(loader, library) ||
	    ni_elf_lacks_version(step->object, library, version) != 1)
		return 0;
	ni_reach_decide(step, NI_NOT_REACHED, needs_other_build,
			"its C library '%s' is too old for the shim, it lacks %s",
			library, version);
	return harmed(step);
}

static int check_library(struct ni_reach_step *step,
			 const struct ni_elf_facts *facts)
{
	if (!strcmp(ni_base_name(facts->loader), ni_base_name(step->own.loader)))
		return check_tree(step, facts);
	/* The same preloaded file works with glibc and with musl. */
	if (is_musl(facts->loader))
		return check_loader(step, facts);
	ni_reach_decide(step, NI_NOT_REACHED, needs_other_build,
			"it uses %s (loader '%s')",
			library_of_loader(facts->loader), facts->loader);
	return harmed(step);
}

static int check_go(struct ni_reach_step *step,
		    const struct ni_elf_facts *facts)
{
	if (!facts->is_go)
		return 0;
	return ni_reach_decide(step, NI_NOT_REACHED, NULL,
			       "it is a Go program, which makes its system calls itself");
}

static int check_sanitizer(struct ni_reach_step *step,
			   const struct ni_elf_facts *facts)
{
	const char *option = "verify_asan_link_order=0";
	const char *set = getenv("ASAN_OPTIONS"), *list = getenv("LD_PRELOAD");

	if (!facts->needs_address_sanitizer || (set && strstr(set, option)) ||
	    ni_preload_list_has(list, "libasan.so") ||
	    ni_preload_list_has(list, "libclang_rt.asan"))
		return 0;
	ni_reach_decide(step, NI_NOT_REACHED,
			"set ASAN_OPTIONS=verify_asan_link_order=0",
			"AddressSanitizer, which it is linked with, must be loaded first");
	return harmed(step);
}

int ni_reach_program(struct ni_reach_step *step)
{
	struct ni_elf_facts facts;

	if (ni_elf_facts_read(step->fd, &facts) < 0)
		return ni_reach_decide(step, NI_REACH_UNKNOWN, NULL,
				       "it cannot be read");
	note_io_uring(step, &facts);
	return check_sound(step, &facts) || check_machine(step, &facts) ||
	       check_static(step, &facts) || check_library(step, &facts) ||
	       check_secure(step) || check_go(step, &facts) ||
	       check_sanitizer(step, &facts);
}
