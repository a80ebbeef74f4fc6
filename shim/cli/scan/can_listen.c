/*
 * can_listen.c - whether a running program could have made a listening socket.
 */
#include "cli/scan/can_listen.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/array.h"

#include "cli/reach/elf_facts.h"
#include "cli/report/arena.h"
#include "cli/scan/proc_text.h"

/* More than any library has; a bound for hostile files. */
#define TABLE_SIZE_MAX ((size_t)64 << 20)

struct ni_known_file {
	dev_t device;
	ino_t inode;
	bool can_listen;
};

static bool is_listening_call(const char *name)
{
	static const char *const names[] = { "listen", "accept", "accept4" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* The section of dynamic symbols, if it and its strings are of a sane size. */
static Elf_Scn *dynamic_symbols(Elf *elf, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;
	GElf_Shdr strings;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, header) &&
		    header->sh_type == SHT_DYNSYM)
			break;
	if (!section || header->sh_size > TABLE_SIZE_MAX ||
	    !gelf_getshdr(elf_getscn(elf, header->sh_link), &strings) ||
	    strings.sh_size > TABLE_SIZE_MAX)
		return NULL;
	return section;
}

/* Undefined symbols are what the object calls in others. */
static bool imports_listening_call(Elf *elf)
{
	GElf_Shdr header;
	Elf_Scn *section = dynamic_symbols(elf, &header);
	Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
	GElf_Sym symbol;

	if (!data)
		return true;
	for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
		const char *name = symbol.st_shndx == SHN_UNDEF ?
			elf_strptr(elf, header.sh_link, symbol.st_name) : NULL;

		if (name && is_listening_call(name))
			return true;
	}
	return false;
}

bool ni_file_can_listen(int fd)
{
	struct ni_elf_facts facts;
	bool answer = true;
	Elf *elf;

	if (ni_elf_facts_read(fd, &facts) < 0 || facts.damage || facts.is_go)
		return true;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		answer = imports_listening_call(elf);
	elf_end(elf);
	return answer;
}

static const struct ni_known_file *find(const struct ni_listen_memory *memory,
					dev_t device, ino_t inode)
{
	for (size_t i = 0; i < memory->count; i++)
		if (memory->files[i].device == device &&
		    memory->files[i].inode == inode)
			return &memory->files[i];
	return NULL;
}

/* Takes the descriptor; -1 is a file that cannot be opened. */
static bool look_into(struct ni_listen_memory *memory, dev_t device,
		      ino_t inode, int fd)
{
	struct ni_known_file *added;
	bool answer = true;

	if (fd >= 0) {
		answer = ni_file_can_listen(fd);
		close(fd);
	}
	added = ni_array_push(&memory->files, &memory->count, &memory->room,
			      sizeof(*added));
	added->device = device;
	added->inode = inode;
	added->can_listen = answer;
	return answer;
}

/* By the mapping itself, which needs privileges but finds deleted files, too;
 * else by its path as the process sees it. */
static int open_mapping(int process, const struct ni_mapping *mapping)
{
	char path[64 + NI_MAPPING_PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "map_files/%llx-%llx",
		 (unsigned long long)mapping->start,
		 (unsigned long long)mapping->end);
	fd = openat(process, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "root%s", mapping->path);
	return openat(process, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static bool can_mapping_listen(struct ni_listen_memory *memory, int process,
			       const char *line)
{
	struct ni_mapping mapping;
	const struct ni_known_file *known;

	if (ni_proc_mapping(line, &mapping) < 0 || !mapping.is_executable ||
	    !mapping.inode)
		return false;
	known = find(memory, mapping.device, mapping.inode);
	return known ? known->can_listen :
		       look_into(memory, mapping.device, mapping.inode,
				 open_mapping(process, &mapping));
}

static bool can_libraries_listen(struct ni_listen_memory *memory, int process)
{
	int fd = openat(process, "maps", O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	bool answer = false;
	char *line = NULL;
	size_t room = 0;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while (!answer && getline(&line, &room, file) >= 0)
		answer = can_mapping_listen(memory, process, line);
	free(line);
	fclose(file);
	return answer;
}

static bool can_program_listen(struct ni_listen_memory *memory, int process)
{
	const struct ni_known_file *known;
	struct stat status;

	if (fstatat(process, "exe", &status, 0) < 0)
		return true;
	known = find(memory, status.st_dev, status.st_ino);
	return known ? known->can_listen :
		       look_into(memory, status.st_dev, status.st_ino,
				 openat(process, "exe", O_RDONLY | O_CLOEXEC));
}

bool ni_can_listen(struct ni_listen_memory *memory, int proc, pid_t pid)
{
	char path[32];
	bool answer;
	int process;

	snprintf(path, sizeof(path), "%d", (int)pid);
	process = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return true;
	answer = can_program_listen(memory, process) ||
		 can_libraries_listen(memory, process);
	close(process);
	return answer;
}

void ni_listen_memory_free(struct ni_listen_memory *memory)
{
	free(memory->files);
}
